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

const { conv2d, dense, flatten, maxPool2d, rescaling } = layers;
const classes = () => dense({ units: 10, activation: 'softmax' });
const compiled = (list, optimizer) =>
  sequential({ seed: 1, layers: list }).compile({
    optimizer,
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });

/** LeNet-5 with ReLU and largest elements: 28 × 28 × 1, bytes or numbers `scale` times too large. */
export function lenet(optimizer, scale = 255) {
  return compiled(
    [
      rescaling({ scale: 1 / scale, inputShape: [28, 28, 1] }),
      conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
      maxPool2d(),
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPool2d(),
      flatten(),
      dense({ units: 120, activation: 'relu' }),
      dense({ units: 84, activation: 'relu' }),
      classes(),
    ],
    optimizer,
  );
}

/** 32 × 32 × 3, convolutions of 3 × 3 and ReLU: 32-32-pool-64-64-pool-128-10. */
export function cnn(optimizer) {
  const conv = (filters, options = {}) =>
    conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...options });
  return compiled(
    [
      conv(32, { inputShape: [32, 32, 3] }),
      conv(32),
      maxPool2d(),
      conv(64),
      conv(64),
      maxPool2d(),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      classes(),
    ],
    optimizer,
  );
}
