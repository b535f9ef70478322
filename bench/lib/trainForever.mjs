// Trains 784-128-10 until it is told to stop: what a server's requests compete with. The parent sends
// { priority }; it hears 'training' after the first epoch.
import { configure, layers, sequential } from 'steepest';

const ROWS = 20_000;
const INPUTS = 784;
const CLASSES = 10;

process.on('disconnect', () => process.exit());
const [{ priority }] = await new Promise((resolve) => process.once('message', (...args) => resolve(args)));
configure({ priority });
const data = Float32Array.from({ length: ROWS * INPUTS }, (_, i) => ((i * 7919) % 256) / 255);
const labels = Int32Array.from({ length: ROWS }, (_, i) => (i * 31) % CLASSES);
const model = sequential({
  seed: 1,
  layers: [
    layers.dense({ units: 128, activation: 'relu', inputShape: [INPUTS] }),
    layers.dense({ units: CLASSES, activation: 'softmax' }),
  ],
}).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
let isFirst = true;
const callback = {
  onEpochEnd() {
    if (isFirst) process.send('training');
    isFirst = false;
  },
};
await model.fit({ data, shape: [ROWS, INPUTS] }, labels, {
  epochs: 1_000_000,
  batchSize: 32,
  callbacks: [callback],
});
