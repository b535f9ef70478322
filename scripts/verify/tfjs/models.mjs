// Random networks of both kinds, drawn over all layers and their options: ours, and TensorFlow.js's.

/** What `model.save` of TensorFlow.js passes to a handler. */
export async function savedBy(tf, model, options) {
  let artifacts;
  const handler = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, options);
  return artifacts;
}

/** A generator of numbers in [0, 1): mulberry32. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws from a generator. */
export function draws(seed) {
  const next = generator(seed);
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const flag = (chance = 0.5) => next() < chance;
  return { next, below, pick, flag, from: (least, most) => least + below(most - least + 1) };
}

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'sigmoid', 'tanh', 'softplus', 'softsign', 'selu', 'mish'];
/** Those that both have, by our name and theirs. */
const OURS = [...ACTIVATIONS, 'gelu', 'silu', 'elu', { name: 'leakyRelu', alpha: 0.1 }];
const THEIRS = [...ACTIVATIONS, 'gelu', 'swish', 'elu'];

const REGULARIZER = { l1: 0.01, l2: 0.02 };
/** Those that the drawn weights meet: TensorFlow.js applies constraints when it loads weights. */
const CONSTRAINTS = [undefined, undefined, undefined, { name: 'maxNorm', maxValue: 99 }, 'nonNeg'];
const INITIALIZERS = ['glorotUniform', 'heNormal', 'lecunNormal', { name: 'randomNormal', stddev: 0.3 }];

const penalty = (d) => (d.flag(0.3) ? REGULARIZER : undefined);

/** A convolution that both have. */
function conv2d(d, channels) {
  const depthwise = d.flag(0.25);
  const dilated = !depthwise && d.flag(0.2);
  return {
    filters: depthwise ? channels * d.from(1, 2) : d.from(1, 5),
    groups: depthwise ? channels : 1,
    kernelSize: [d.from(1, 3), d.from(1, 3)],
    strides: dilated ? 1 : depthwise ? d.from(1, 2) : [d.from(1, 2), d.from(1, 2)],
    dilationRate: dilated ? 2 : 1,
    padding: d.pick(['same', 'valid']),
    activation: d.pick(OURS),
    useBias: d.flag(0.8),
    kernelInitializer: d.pick(INITIALIZERS),
    kernelRegularizer: penalty(d),
    biasRegularizer: penalty(d),
    kernelConstraint: d.pick(CONSTRAINTS),
  };
}

/** Layers that take any shape, by name and options. */
const ANYWHERE = [
  (d) => [
    'batchNorm',
    { momentum: 0.9, epsilon: 0.01, center: d.flag(), scale: d.flag(), gammaRegularizer: penalty(d) },
  ],
  (d) => ['layerNorm', { epsilon: 0.01, center: d.flag(), scale: d.flag() }],
  (d) => [
    'prelu',
    { alphaInitializer: { name: 'randomUniform', minval: 0, maxval: 0.4 }, alphaRegularizer: penalty(d) },
  ],
  () => ['dropout', { rate: 0.25 }],
  (d) => ['activation', { activation: d.pick(OURS) }],
  (d) => ['rescaling', { scale: 0.5, offset: d.flag() ? 0 : -0.25 }],
];

/** A random network of ours: `layers` and `sequential` of the package, and a seed. */
export function ourNetwork({ layers, sequential }, seed) {
  const d = draws(seed);
  const isImage = d.flag(0.6);
  const list = [];
  const shape = isImage ? [d.from(7, 11), d.from(7, 11), d.from(1, 4)] : [d.from(1, 9)];
  const inputShape = shape;
  const add = (type, options = {}) => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    list.push(layers[type](list.length === 0 ? { ...given, inputShape } : given));
  };
  if (isImage && d.flag(0.2)) add('randomFlip');
  if (isImage && d.flag(0.2)) add('randomTranslation', { heightFactor: 0.2, widthFactor: 0.2 });
  const between = () => {
    if (d.flag(0.6)) add(...d.pick(ANYWHERE)(d));
  };
  between();
  if (isImage) {
    let channels = shape[2];
    for (let i = d.from(1, 3); i > 0; i--) {
      const options = conv2d(d, channels);
      channels = options.filters;
      // Sizes stay above 0.
      if (i < 3) options.padding = 'same';
      add('conv2d', options);
      between();
      if (d.flag(0.4)) {
        const sizes = { poolSize: [d.from(1, 3), d.from(1, 3)], strides: d.from(1, 2), padding: 'same' };
        add(d.pick(['maxPool2d', 'averagePool2d']), sizes);
      }
    }
    add(d.pick(['flatten', 'globalAveragePool2d']));
  } else if (d.flag(0.2)) {
    add('reshape', { targetShape: [1, 1, shape[0]] });
    add('flatten');
  }
  between();
  const dense = (units, activation) =>
    add('dense', {
      units,
      activation,
      useBias: d.flag(0.8),
      kernelInitializer: d.pick(INITIALIZERS),
      kernelRegularizer: penalty(d),
      kernelConstraint: d.pick(CONSTRAINTS),
    });
  if (d.flag(0.7)) dense(d.from(1, 12), d.pick(OURS));
  between();
  dense(d.from(1, 5), d.pick(['softmax', 'sigmoid', 'linear']));
  const network = sequential({ layers: list, seed });
  const constrained = network.config.layers.some(
    ({ kernelConstraint }) => kernelConstraint?.name === 'nonNeg',
  );
  network.setWeights(network.getWeights().map((array) => randomly(d, array, constrained)));
  return { network, inputShape };
}

/** Vectors that no initializer has left at 0 or 1, variances among them; and kernels as they are. */
function randomly(d, { data, shape }, isNonNegative) {
  const kernel = (value) => (isNonNegative ? Math.abs(value) : value);
  const numbers = Float32Array.from(data, (v) => (shape.length === 1 ? 0.1 + 0.8 * d.next() : kernel(v)));
  return { data: numbers, shape };
}

/** A random model of TensorFlow.js. */
export function theirNetwork(tf, seed) {
  const d = draws(seed);
  const isImage = d.flag(0.6);
  const inputShape = isImage ? [d.from(7, 11), d.from(7, 11), d.from(1, 4)] : [d.from(1, 9)];
  const isFunctional = d.flag(0.4);
  const list = [];
  const l2 = () => (d.flag(0.3) ? tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }) : undefined);
  const uniform = () => tf.initializers.randomUniform({ minval: 0.1, maxval: 0.9, seed: d.below(1e6) });
  const kernel = () =>
    d.pick([
      tf.initializers.glorotUniform({ seed: d.below(1e6) }),
      tf.initializers.heNormal({ seed: d.below(1e6) }),
      tf.initializers.randomNormal({ stddev: 0.4, seed: d.below(1e6) }),
    ]);
  const affine = () => ({
    activation: d.pick(THEIRS),
    useBias: d.flag(0.8),
    biasInitializer: uniform(),
    biasRegularizer: l2(),
  });
  const limits = () =>
    d.pick([undefined, tf.constraints.nonNeg(), tf.constraints.maxNorm({ maxValue: 3, axis: [0, 1, 2] })]);
  const anywhere = [
    () =>
      tf.layers.batchNormalization({
        epsilon: 0.01,
        center: d.flag(),
        scale: d.flag(),
        movingMeanInitializer: uniform(),
        movingVarianceInitializer: uniform(),
      }),
    () => tf.layers.layerNormalization({ epsilon: 0.01, betaInitializer: uniform() }),
    () => tf.layers.prelu({ sharedAxes: undefined, alphaInitializer: uniform() }),
    () => tf.layers.dropout({ rate: 0.3 }),
    () => tf.layers.leakyReLU({ alpha: 0.15 }),
    () => tf.layers.reLU({ maxValue: d.flag() ? 6 : undefined }),
    () => tf.layers.elu({ alpha: 1 }),
    () => tf.layers.activation({ activation: d.pick(THEIRS) }),
  ];
  let images = isImage;
  const between = () => {
    if (!d.flag(0.5)) return;
    const index = d.below(anywhere.length);
    // One alpha for each channel, as in the other program.
    list.push(
      index === 2 && images
        ? tf.layers.prelu({ sharedAxes: [1, 2], alphaInitializer: uniform() })
        : anywhere[index](),
    );
  };
  if (isImage) {
    for (let i = d.from(1, 3); i > 0; i--) {
      const kind = d.below(4);
      const window = {
        kernelSize: [d.from(1, 3), d.from(1, 3)],
        padding: i === 3 ? d.pick(['same', 'valid']) : 'same',
        ...affine(),
      };
      if (kind === 0) {
        const depthMultiplier = d.from(1, 2);
        list.push(
          tf.layers.depthwiseConv2d({
            ...window,
            strides: d.from(1, 2),
            depthMultiplier,
            depthwiseInitializer: kernel(),
          }),
        );
      } else if (kind === 1) {
        // It forgets its depthMultiplier when it is saved.
        const arrays = { depthwiseInitializer: kernel(), pointwiseInitializer: kernel() };
        list.push(tf.layers.separableConv2d({ ...window, ...arrays, filters: d.from(1, 5) }));
      } else {
        const isDilated = d.flag(0.2);
        const options = {
          strides: isDilated ? 1 : [d.from(1, 2), d.from(1, 2)],
          dilationRate: isDilated ? 2 : 1,
        };
        list.push(
          tf.layers.conv2d({
            ...window,
            ...options,
            filters: d.from(1, 5),
            kernelInitializer: kernel(),
            kernelConstraint: limits(),
          }),
        );
      }
      between();
      if (d.flag(0.4)) {
        const make = d.pick([tf.layers.maxPooling2d, tf.layers.averagePooling2d]);
        list.push(make({ poolSize: [d.from(1, 3), d.from(1, 3)], strides: d.from(1, 2), padding: 'same' }));
      }
    }
    list.push(d.flag() ? tf.layers.flatten() : tf.layers.globalAveragePooling2d({}));
    images = false;
  } else if (d.flag(0.2)) {
    list.push(tf.layers.reshape({ targetShape: [1, 1, inputShape[0]] }), tf.layers.flatten());
  }
  between();
  if (d.flag(0.7))
    list.push(tf.layers.dense({ units: d.from(1, 12), ...affine(), kernelInitializer: kernel() }));
  between();
  const last = d.pick(['softmax', 'sigmoid', 'linear']);
  list.push(tf.layers.dense({ units: d.from(1, 5), activation: last, kernelInitializer: kernel() }));
  if (!isFunctional) {
    list[0].batchInputShape = [null, ...inputShape];
    return { model: tf.sequential({ layers: list }), inputShape };
  }
  const input = tf.input({ shape: inputShape });
  const output = list.reduce((x, layer) => layer.apply(x), input);
  return { model: tf.model({ inputs: input, outputs: output }), inputShape };
}
