import { layers, sequential } from 'steepest';

/** The network of the MNIST benchmarks: 784-128-10, ReLU, softmax. */
export function mnistModel(optimizer = 'sgd') {
  return sequential({
    seed: 1,
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: [784] }),
      layers.dense({ units: 128, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  }).compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}
