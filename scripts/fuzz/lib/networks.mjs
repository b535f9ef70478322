/** Trained networks that have every kind of layer. */
import { layers, sequential } from 'steepest';

const COMPILED = { optimizer: { name: 'adam', amsgrad: true }, loss: 'meanSquaredError', metrics: ['mae'] };
const ROWS = [1, 2, 3];

async function trained(model, columns, outputs) {
  model.compile(COMPILED);
  const rows = (cols) => ROWS.map((i) => Array.from({ length: cols }, (_, j) => (i * j) % 5));
  const { inputShape } = model.config.layers[0];
  const x = { data: Float32Array.from(rows(columns).flat()), shape: [ROWS.length, ...inputShape] };
  await model.fit(x, rows(outputs), { epochs: 1, workers: 1 });
  return model;
}

const perceptron = () =>
  sequential({
    layers: [
      layers.rescaling({ scale: 0.5, offset: 1, inputShape: [3] }),
      layers.dense({ units: 4, activation: { name: 'elu', alpha: 0.5 }, kernelRegularizer: { l2: 0.1 } }),
      layers.layerNorm({ trainable: false }),
      layers.prelu(),
      layers.dropout({ rate: 0.25 }),
      layers.dense({
        units: 2,
        activation: 'softmax',
        kernelInitializer: { name: 'varianceScaling', mode: 'fanOut' },
        learningRateScale: 0.5,
      }),
    ],
  });

const convolutions = () =>
  sequential({
    layers: [
      layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', inputShape: [6, 5, 2], groups: 2 }),
      layers.batchNorm(),
      layers.activation({ activation: { name: 'leakyRelu', alpha: 0.1 } }),
      layers.maxPool2d(),
      layers.conv2d({ filters: 3, kernelSize: [2, 1], strides: [1, 2], dilationRate: [2, 1] }),
      layers.averagePool2d({ poolSize: 1, strides: 1, padding: 'same' }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
  });

const augmentation = () =>
  sequential({
    layers: [
      layers.randomFlip({ mode: 'horizontal', inputShape: [6, 6, 1] }),
      layers.randomTranslation({ heightFactor: 0.2, widthFactor: [0, 0.5], fillMode: 'constant' }),
      layers.randomCrop({ height: 4, width: 4 }),
      layers.rescaling({ scale: 2 }),
      layers.conv2d({ filters: 2, kernelSize: 2, useBias: false }),
      layers.layerNorm({ center: false }),
      layers.globalAveragePool2d(),
      layers.reshape({ targetShape: [1, 1, 2] }),
      layers.batchNorm(),
      layers.flatten(),
    ],
  });

export const NETWORKS = {
  perceptron: () => trained(perceptron(), 3, 2),
  convolutions: () => trained(convolutions(), 60, 1),
  augmentation: () => trained(augmentation(), 36, 2),
  notCompiled: async () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] }),
};
