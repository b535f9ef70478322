// Networks for the exchange with other programs: every layer with every option, and stacks drawn at
// random, all with weights as training leaves them.
import { Draws } from './draws.mjs';
import { layerCases } from './layerCases.mjs';

/** Layers of a classifier of images, drawn at random. */
function imageStack(draws, names) {
  const elementwise = names.filter((name) => name !== 'softmax');
  const block = () => [
    [
      'conv2d',
      {
        filters: draws.pick([2, 4, 8]),
        kernelSize: draws.pick([1, 3, [3, 1], 5]),
        strides: draws.pick([1, 1, 2]),
        padding: 'same',
        useBias: draws.chance(0.8),
        activation: draws.pick(elementwise),
      },
    ],
    ...(draws.chance(0.5) ? [['batchNorm', { scale: draws.chance(0.8) }]] : []),
    ...(draws.chance(0.3) ? [['layerNorm', {}]] : []),
    ...(draws.chance(0.3) ? [['prelu', {}]] : []),
    ...(draws.chance(0.5) ? [[draws.pick(['maxPool2d', 'averagePool2d']), { padding: 'same' }]] : []),
    ...(draws.chance(0.3) ? [['dropout', { rate: 0.3 }]] : []),
  ];
  return [
    ...Array.from({ length: draws.whole(1, 3) }, block).flat(),
    [draws.pick(['flatten', 'globalAveragePool2d']), {}],
  ];
}

function rowStack(draws, names) {
  const elementwise = names.filter((name) => name !== 'softmax');
  const block = () => [
    ['dense', { units: draws.whole(1, 40), activation: draws.pick(elementwise), useBias: draws.chance(0.8) }],
    ...(draws.chance(0.4) ? [[draws.pick(['batchNorm', 'layerNorm']), {}]] : []),
    ...(draws.chance(0.2) ? [['prelu', {}]] : []),
    ...(draws.chance(0.2) ? [['dropout', { rate: 0.3 }]] : []),
  ];
  return Array.from({ length: draws.whole(1, 4) }, block).flat();
}

/** Rows that become images, and rows again. */
function reshapedStack(draws, names) {
  const shape = [draws.whole(2, 6), draws.whole(2, 6), draws.whole(1, 3)];
  const [height, width, channels] = shape;
  return [
    ['dense', { units: height * width * channels }],
    ['reshape', { targetShape: shape }],
    ...imageStack(draws, names),
  ];
}

/** A network with the ends that a loss asks for. */
function randomCase(draws, names, number) {
  const isImages = draws.chance(0.6);
  // Activations that grow with an exponential leave float32 after a few layers.
  const tame = names.filter((name) => name !== 'exponential');
  const units = draws.whole(2, 5);
  const isLogits = draws.chance(0.4);
  const bytes = draws.chance(0.3);
  return {
    name: `random ${number}, ${isImages ? 'images' : 'rows'}`,
    inputShape: isImages ? [draws.whole(6, 12), draws.whole(6, 12), draws.whole(1, 4)] : [draws.whole(1, 60)],
    layers: [
      ...(bytes ? [['rescaling', { scale: 1 / 127.5, offset: -1 }]] : []),
      ...(isImages ? imageStack : draws.pick([rowStack, reshapedStack]))(draws, tame),
      ['dense', { units, activation: isLogits ? 'linear' : 'softmax' }],
    ],
    loss: { name: 'sparseCategoricalCrossentropy', fromLogits: isLogits },
    ...(draws.chance(0.5) ? { classes: Array.from({ length: units }, (_, i) => `class ${i}`) } : {}),
    ...(bytes ? { bytes: true, options: { inputType: 'uint8' } } : {}),
  };
}

/** The numbers of arrays that each layer type has, and what they are drawn from. */
const ARRAYS = {
  dense: ({ useBias = true }) => ['kernel', ...(useBias ? ['shift'] : [])],
  conv2d: ({ useBias = true }) => ['kernel', ...(useBias ? ['shift'] : [])],
  batchNorm: (options) => [...affine(options), 'shift', 'positive'],
  layerNorm: (options) => affine(options),
  prelu: () => ['shift'],
};
const affine = ({ scale = true, center = true }) => [
  ...(scale ? ['positive'] : []),
  ...(center ? ['shift'] : []),
];

/** Weights as training leaves them: no array is all zeros or ones. */
function trainedWeights(model, draws) {
  const kinds = model.config.layers.flatMap((layer) => ARRAYS[layer.type]?.(layer) ?? []);
  return model.getWeights().map(({ data, shape }, i) => ({
    shape,
    data: data.map((value) => {
      if (kinds[i] === 'positive') return draws.between(0.3, 2);
      return kinds[i] === 'shift' ? draws.between(-0.5, 0.5) : value;
    }),
  }));
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * All cases: { name, model, options of toOnnx, x(rows) → { data, shape } }.
 * @param steepest the package: its layers, sequential and names of activations and losses
 * @param random how many networks are drawn at random
 */
export function* networkCases({ layers, sequential, activationNames, lossNames }, random) {
  const draws = new Draws(1);
  const drawn = Array.from({ length: random }, (_, i) => randomCase(draws, activationNames, i + 1));
  for (const [seed, one] of [...layerCases(activationNames, lossNames), ...drawn].entries()) {
    const own = new Draws(1000 + seed);
    const { name, inputShape, classes, loss, options = {}, bytes = false, most = 2 } = one;
    const stack = one.layers.map(([type, given], i) =>
      layers[type]({ ...given, ...(i === 0 ? { inputShape } : {}) }),
    );
    const model = sequential({ seed, layers: stack, ...(classes ? { classes } : {}) });
    if (loss !== undefined) model.compile({ loss });
    model.setWeights(trainedWeights(model, own));
    const x = (rows) => ({
      data: Float32Array.from({ length: rows * product(inputShape) }, () =>
        bytes ? own.whole(0, 255) : own.between(-most, most),
      ),
      shape: [rows, ...inputShape],
    });
    yield { name, model, options, x, bytes };
  }
}
