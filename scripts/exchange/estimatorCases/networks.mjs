import { COLS } from './common.mjs';

/** Networks as estimators: { kind, loss, target, make }. */
export function networkCases({ NetworkClassifier, NetworkRegressor, layers, sequential }) {
  const network = (units, activation, loss) =>
    sequential({
      seed: 5,
      layers: [
        layers.dense({ units: 6, activation: 'relu', inputShape: [COLS] }),
        layers.batchNorm({}),
        layers.dense({ units, activation }),
      ],
    }).compile({ loss });
  const images = (units, activation, loss) =>
    sequential({
      seed: 5,
      layers: [
        layers.reshape({ targetShape: [2, 2, 1], inputShape: [COLS] }),
        layers.conv2d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh' }),
        layers.flatten({}),
        layers.dense({ units, activation }),
      ],
    }).compile({ loss });
  const logits = (name) => ({ name, fromLogits: true });
  const list = [
    ['NetworkRegressor', network, 1, 'linear', 'meanSquaredError', 'numbers'],
    ['NetworkRegressor', network, 3, 'linear', 'meanAbsoluteError', 'columns'],
    ['NetworkRegressor', images, 1, 'linear', 'meanSquaredError', 'numbers'],
    ['NetworkClassifier', network, 3, 'softmax', 'sparseCategoricalCrossentropy', 'words'],
    ['NetworkClassifier', images, 3, 'softmax', 'categoricalCrossentropy', 'three'],
    ['NetworkClassifier', network, 3, 'linear', logits('sparseCategoricalCrossentropy'), 'three'],
    ['NetworkClassifier', network, 1, 'sigmoid', 'binaryCrossentropy', 'two'],
    ['NetworkClassifier', network, 1, 'linear', logits('binaryCrossentropy'), 'flags'],
    ['NetworkClassifier', network, 2, 'softmax', 'sparseCategoricalCrossentropy', 'two'],
    ['NetworkClassifier', network, 1, 'linear', 'hinge', 'two'],
    ['NetworkClassifier', network, 3, 'linear', 'categoricalHinge', 'words'],
  ];
  const Classes = { NetworkClassifier, NetworkRegressor };
  return list.map(([kind, build, units, activation, loss, target]) => ({
    kind,
    loss: loss.name ?? loss,
    target,
    make: () => new Classes[kind](build(units, activation, loss), { epochs: 8 }),
  }));
}
