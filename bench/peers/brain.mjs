// One epoch of MNIST with brain.js, 784-128-10, one sample a step (it has no mini-batches), sigmoid and SGD as by default: with ReLU or Adam it learns less. Prints seconds per epoch and accuracy
// as JSON.   node brain.mjs DIR ROWS        (npm ci --ignore-scripts in this folder first)
import brain from 'brain.js';
import { mnistOrRandom } from '../lib/data.mjs';

const folder = process.argv[2];
const rows = Number(process.argv[3]);
const { train, test } = await mnistOrRandom(folder);
const image = ({ x }, i) => Float32Array.from(x.data.subarray(i * 784, (i + 1) * 784), (v) => v / 255);
const oneHot = (label) => Float32Array.from({ length: 10 }, (_, c) => (c === label ? 1 : 0));
const samples = Array.from({ length: rows }, (_, i) => ({
  input: image(train, i),
  output: oneHot(train.y.data[i]),
}));
const create = () => new brain.NeuralNetwork({ hiddenLayers: [128] });
const options = { iterations: 1, errorThresh: 1e-9, log: false };
create().train(samples.slice(0, 200), options);
const net = create();
const start = performance.now();
net.train(samples, options);
const secondsPerEpoch = (performance.now() - start) / 1000;
const TESTED = 2000;
let right = 0;
for (let i = 0; i < TESTED; i++) {
  const output = Object.values(net.run(image(test, i)));
  if (output.indexOf(Math.max(...output)) === test.y.data[i]) right++;
}
console.log(JSON.stringify({ secondsPerEpoch, rows, accuracy: right / TESTED }));
