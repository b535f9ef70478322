import { sequential } from 'steepest';
import * as networks from '#steepest/cli/bench/networks.js';

const compiled = (layers, optimizer) =>
  sequential({ seed: 1, layers }).compile({
    optimizer,
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });

/** The network of the MNIST benchmarks: 784-128-10, ReLU, softmax, of bytes. */
export const mnistModel = (optimizer = 'sgd') =>
  compiled(networks.perceptron([784, 128, 10], 255), optimizer);

/** LeNet-5 of bytes, or of numbers `scale` times too large. */
export const lenet = (optimizer, scale = 255) => compiled(networks.lenet(scale), optimizer);

/** The CNN on 32 × 32 × 3. */
export const cnn = (optimizer) => compiled(networks.cnn(), optimizer);
