// The networks whose steps bench/cluster measures.
import { sequential } from 'steepest';
import { cnn, lenet, perceptron } from '#steepest/cli/bench/networks.js';

/** `batches` of an epoch, of which there are enough to see the shortest. */
export const NETWORKS = {
  tiny: { title: '20-16-2, batch 64', inputs: 20, classes: 2, batch: 64, batches: 100, epochs: 15 },
  mnist: { title: '784-128-10, batch 128', inputs: 784, classes: 10, batch: 128, batches: 40, epochs: 12 },
  wide: { title: '784-1024-1024-10, batch 512', inputs: 784, classes: 10, batch: 512, batches: 4, epochs: 8 },
  lenet: { title: 'LeNet-5, batch 128', inputs: 784, classes: 10, batch: 128, batches: 30, epochs: 10 },
  cnn: { title: 'CNN, batch 256', inputs: 3072, classes: 10, batch: 256, batches: 2, epochs: 9 },
};

const LAYERS = {
  tiny: () => perceptron([20, 16, 2]),
  mnist: () => perceptron([784, 128, 10]),
  lenet: () => lenet(1),
  wide: () => perceptron([784, 1024, 1024, 10]),
  cnn,
};

export const makeNetwork = (name) =>
  sequential({ seed: 1, layers: LAYERS[name]() }).compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
  });

/** The same numbers on every rank. */
export function makeRows({ inputs, classes, batch, batches }) {
  const rows = batch * batches;
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const x = new Float32Array(new SharedArrayBuffer(rows * inputs * 4)).map(random);
  const y = new Int32Array(rows).map(() => Math.floor(random() * classes));
  return [
    { data: x, shape: [rows, inputs] },
    { data: y, shape: [rows] },
  ];
}
