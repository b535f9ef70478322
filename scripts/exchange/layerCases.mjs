// Networks that show each layer with each of its options: a list of { name, inputShape, layers }
// and, where it matters, classes, loss, options of toOnnx, `bytes` for inputs from 0 to 255, and
// `most`, how far from 0 other inputs are (2). `layers` are the functions of the package.

const ROW = [6];
const IMAGE = [7, 9, 4];

/** All ways to take one value of each list. */
const combinations = (lists) =>
  Object.entries(lists).reduce(
    (found, [key, values]) => found.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );

const text = (options) =>
  Object.entries(options)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(', ');

/** Cases of one layer alone. */
const alone = (inputShape, type, lists, more = {}) =>
  combinations(lists).map((options) => ({
    name: `${type} ${text(options)}`,
    inputShape,
    layers: [[type, { ...more, ...options }]],
  }));

/** The same behind a convolution, where images are channels first. */
const afterConv = (cases) =>
  cases.map((one) => ({
    ...one,
    name: `conv2d, ${one.name}`,
    layers: [['conv2d', { filters: 4, kernelSize: 3, padding: 'same' }], ...one.layers],
  }));

/** The same on numbers from −20 to 20, where activations saturate. */
const far = (one) => ({ ...one, name: `${one.name}, far from 0`, most: 20 });

const activations = (names) => [
  ...names,
  ...[0, 0.01, 0.3, 1.5].map((alpha) => ({ name: 'leakyRelu', alpha })),
  ...[0, 0.5, 2].map((alpha) => ({ name: 'elu', alpha })),
  ...[0.25, 3].map((alpha) => ({ name: 'celu', alpha })),
];

function denseCases(names) {
  return [
    ...alone(ROW, 'dense', { units: [5], activation: activations(names), useBias: [true] }),
    ...alone(ROW, 'dense', { units: [1, 3], useBias: [true, false] }),
    ...alone([200], 'dense', { units: [10], activation: ['linear', 'softmax', 'relu'] }),
    ...alone([1], 'dense', { units: [1, 4], activation: ['tanh'] }),
  ];
}

function convCases(names) {
  const few = names.filter((name) => name !== 'softmax');
  return [
    ...alone(IMAGE, 'conv2d', {
      filters: [3],
      kernelSize: [1, 3, [2, 3]],
      strides: [1, 2, [1, 3]],
      padding: ['valid', 'same'],
    }),
    ...alone(IMAGE, 'conv2d', {
      filters: [3],
      kernelSize: [[3, 2], 3],
      dilationRate: [2, [1, 3]],
      strides: [1, 2],
      padding: ['valid', 'same'],
    }),
    ...alone(IMAGE, 'conv2d', {
      filters: [8],
      kernelSize: [3],
      groups: [2, 4],
      padding: ['valid', 'same'],
      useBias: [true, false],
    }),
    ...alone(IMAGE, 'conv2d', { filters: [4], kernelSize: [2], activation: activations(few) }),
    ...alone([1, 1, 1], 'conv2d', { filters: [2], kernelSize: [3], padding: ['same'] }),
  ];
}

function poolCases() {
  const windows = { poolSize: [2, 3, [1, 2]], strides: [undefined, 1, [2, 3]], padding: ['valid', 'same'] };
  const cases = ['maxPool2d', 'averagePool2d'].flatMap((type) => alone(IMAGE, type, windows));
  const global = alone(IMAGE, 'globalAveragePool2d', {});
  return [...cases, ...global, ...afterConv([...cases.slice(0, 3), ...cases.slice(-3), ...global])];
}

function normCases() {
  const affine = { center: [true, false], scale: [true, false] };
  const norms = ['batchNorm', 'layerNorm'].flatMap((type) => [
    ...alone(ROW, type, affine),
    ...alone(ROW, type, { epsilon: [1e-5, 0.1, 1e-12] }),
    ...alone(IMAGE, type, affine),
  ]);
  const images = norms.filter(({ inputShape }) => inputShape === IMAGE);
  const folded = afterConv(images).slice(0, 4);
  const dense = {
    name: 'dense, batchNorm',
    inputShape: ROW,
    layers: [
      ['dense', { units: 4 }],
      ['batchNorm', {}],
    ],
  };
  return [...norms, ...afterConv(images), ...folded.map(behindRelu), dense, behindRelu(dense)];
}

/** The same with an activation after the first layer. */
const behindRelu = (one) => ({
  ...one,
  name: `${one.name} behind relu`,
  layers: one.layers.map(([type, options], i) => [
    type,
    i === 0 ? { ...options, activation: 'relu' } : options,
  ]),
});

function otherCases(names) {
  const few = names.filter((name) => name !== 'softmax');
  const prelu = [...alone(ROW, 'prelu', {}), ...alone(IMAGE, 'prelu', {})];
  const shapes = [
    ...alone([12], 'reshape', { targetShape: [[2, 3, 2], [12]] }),
    ...alone([4, 3, 2], 'reshape', { targetShape: [[24], [2, 3, 4], [4, 3, 2]] }),
    ...alone(IMAGE, 'flatten', {}),
    ...alone(ROW, 'flatten', {}),
  ];
  const images = alone(IMAGE, 'activation', { activation: few });
  return [
    ...alone(ROW, 'activation', { activation: activations(names) }),
    ...alone(ROW, 'activation', { activation: activations(names) }).map(far),
    ...images,
    ...afterConv(images.slice(0, 6)),
    ...prelu,
    ...afterConv(prelu.slice(1)),
    ...shapes,
    ...afterConv(alone(IMAGE, 'flatten', {})),
    ...afterConv(alone(IMAGE, 'reshape', { targetShape: [[9, 7, 4], [252]] })),
  ];
}

function inputCases() {
  const crop = (height, width) => ['randomCrop', { height, width }];
  const rescaled = ['rescaling', { scale: 1 / 255 }];
  const centred = ['rescaling', { scale: 1 / 127.5, offset: -1 }];
  const bytes = (name, inputShape, layers) => [
    { name: `${name}, float32`, inputShape, layers, bytes: true },
    { name: `${name}, uint8`, inputShape, layers, bytes: true, options: { inputType: 'uint8' } },
  ];
  const random = [
    ['randomFlip', { mode: 'horizontal' }],
    ['randomTranslation', { heightFactor: 0.2, widthFactor: 0.2 }],
  ];
  return [
    ...bytes('rescaling of rows', ROW, [rescaled]),
    ...bytes('rescaling with offset', IMAGE, [centred, crop(4, 4)]),
    ...bytes('random layers before rescaling', IMAGE, [...random, crop(5, 6), rescaled]),
    ...bytes('no rescaling', ROW, [['dense', { units: 2 }]]),
    ...[
      [7, 9],
      [1, 1],
      [2, 8],
      [6, 3],
    ].map(([height, width]) => ({
      name: `crop ${height} × ${width}`,
      inputShape: IMAGE,
      layers: [crop(height, width)],
    })),
    { name: 'dropout', inputShape: ROW, layers: [['dropout', { rate: 0.5 }]] },
    {
      name: 'rescaling later',
      inputShape: ROW,
      layers: [
        ['dense', { units: 3 }],
        ['rescaling', { scale: 3, offset: 2 }],
      ],
    },
    {
      name: 'dropout between',
      inputShape: ROW,
      layers: [
        ['dense', { units: 3 }],
        ['dropout', { rate: 0.5 }],
        ['dense', { units: 2 }],
      ],
    },
    ...afterConv([{ name: 'dropout of images', inputShape: IMAGE, layers: [['dropout', { rate: 0.2 }]] }]),
  ];
}

/** Ends of networks for each loss, with class names and without. */
function outputCases(lossNames) {
  const ofClasses = [
    ['sparseCategoricalCrossentropy', 'softmax', 3],
    [{ name: 'sparseCategoricalCrossentropy', fromLogits: true }, 'linear', 3],
    ['categoricalCrossentropy', 'softmax', 4],
    [{ name: 'categoricalCrossentropy', fromLogits: true }, 'linear', 4],
    ['binaryCrossentropy', 'sigmoid', 1],
    [{ name: 'binaryCrossentropy', fromLogits: true }, 'linear', 1],
    ['binaryCrossentropy', 'sigmoid', 3],
    [{ name: 'binaryFocalCrossentropy', fromLogits: true }, 'linear', 1],
    ['categoricalFocalCrossentropy', 'softmax', 3],
    ['klDivergence', 'softmax', 3],
    ['hinge', 'tanh', 1],
    ['squaredHinge', 'linear', 1],
    ['categoricalHinge', 'linear', 3],
    [undefined, 'softmax', 3],
    [undefined, 'sigmoid', 1],
  ];
  const known = ofClasses.map(([loss]) => loss?.name ?? loss);
  const ofValues = lossNames.filter((name) => !known.includes(name)).map((name) => [name, 'linear', 3]);
  const body = [['dense', { units: 8, activation: 'relu' }]];
  return [...ofClasses, ...ofValues].flatMap(([loss, activation, units]) => {
    const classes = ['no', 'yes', 'perhaps', 'weiß nicht'].slice(0, Math.max(2, units));
    const layers = [...body, ['dense', { units, activation }]];
    const name = `outputs of ${typeof loss === 'object' ? `${loss.name} on logits` : loss}, ${units}`;
    const plain = { name, inputShape: ROW, layers, loss };
    return [
      plain,
      { ...plain, name: `${name}, named`, classes },
      { ...plain, name: `${name}, named, no labels`, classes, options: { labels: false } },
    ];
  });
}

/** A perceptron and a CNN as they read MNIST. */
const digits = [
  {
    name: 'digits by a perceptron',
    inputShape: [784],
    layers: [
      ['rescaling', { scale: 1 / 255 }],
      ['dense', { units: 128, activation: 'relu' }],
      ['dropout', { rate: 0.2 }],
      ['dense', { units: 10, activation: 'softmax' }],
    ],
  },
  {
    name: 'digits by a CNN',
    inputShape: [28, 28, 1],
    layers: [
      ['rescaling', { scale: 1 / 255 }],
      ['conv2d', { filters: 8, kernelSize: 3, activation: 'relu' }],
      ['maxPool2d', {}],
      ['conv2d', { filters: 16, kernelSize: 3, activation: 'relu' }],
      ['maxPool2d', {}],
      ['flatten', {}],
      ['dense', { units: 10, activation: 'softmax' }],
    ],
  },
].map((one) => ({
  ...one,
  bytes: true,
  loss: 'sparseCategoricalCrossentropy',
  classes: Array.from('0123456789'),
  options: { inputType: 'uint8' },
}));

const imageClasses = {
  name: 'outputs of images of one pixel',
  inputShape: [4, 4, 2],
  layers: [['conv2d', { filters: 3, kernelSize: 4, activation: 'sigmoid' }]],
  classes: ['a', 'b', 'c'],
};

/**
 * @param names all activations
 * @param lossNames all losses
 */
export const layerCases = (names, lossNames) => [
  ...denseCases(names),
  ...convCases(names),
  ...poolCases(),
  ...normCases(),
  ...otherCases(names),
  ...inputCases(),
  ...outputCases(lossNames),
  imageClasses,
  ...digits,
];
