// Epochs of MNIST with TensorFlow.js, 784-128-10, batch 128, Adam. Prints seconds per epoch and accuracy as JSON.
//   node tensorflow.mjs DIR wasm|cpu ROWS EPOCHS        (npm ci --ignore-scripts in this folder first)
import * as tf from '@tensorflow/tfjs';
import { mnistOrRandom } from '../lib/data.mjs';

const [folder, backend] = process.argv.slice(2);
const [rows, epochs] = process.argv.slice(4).map(Number);
if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
await tf.setBackend(backend);
await tf.ready();

const { train, test } = await mnistOrRandom(folder);
const images = ({ x }, count) =>
  tf.tensor2d(
    Float32Array.from(x.data.subarray(0, count * 784), (v) => v / 255),
    [count, 784],
  );
const classes = ({ y }, count) => tf.tensor1d(Float32Array.from(y.data.subarray(0, count)), 'float32');

const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({
  optimizer: tf.train.adam(1e-3),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
const [x, y] = [images(train, rows), classes(train, rows)];
await model.fit(x.slice(0, 1280), y.slice(0, 1280), { epochs: 1, batchSize: 128, verbose: 0 });
const start = performance.now();
await model.fit(x, y, { epochs, batchSize: 128, verbose: 0 });
const seconds = (performance.now() - start) / 1000 / epochs;
const [, accuracy] = model.evaluate(images(test, 10000), classes(test, 10000));
console.log(JSON.stringify({ secondsPerEpoch: seconds, rows, accuracy: (await accuracy.data())[0] }));
