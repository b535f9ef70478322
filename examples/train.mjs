// Trains on handwritten digits, saves the network, loads it and predicts.
//   npx steepest example train [--epochs 40] [--workers 2] [--out digits.safetensors]
//                      the 1,797 digits of data/digits.csv
//   … --data DIR       MNIST's four IDX files (plain or .gz) in DIR; they are to be had at
//                      https://ossci-datasets.s3.amazonaws.com/mnist/
import { backend, data, layers, load, sequential } from 'steepest';
import { loadDigits } from './lib/load-digits.mjs';
import { readOptions } from './lib/options.mjs';

const { options: values } = readOptions(import.meta.url, {
  data: 'folder',
  epochs: 'count',
  workers: 'workers',
  out: 'text',
});

const isMnist = values.data !== undefined;
const { train, test, largest } = isMnist
  ? { ...(await data.loadMnist(values.data)), largest: 255 }
  : { ...(await loadDigits()), largest: 16 };
const [rows, pixels] = train.x.shape;
const { kind, isa, reason } = backend();
console.log(
  `${isMnist ? 'MNIST' : 'UCI optical digits'}: ${rows} rows to train on, ${test.x.shape[0]} held out, ${pixels} pixels each`,
);
console.log(`kernels: ${kind} (${isa})${reason ? `, ${reason}` : ''}\n`);

const model = sequential({
  seed: 42,
  layers: [
    layers.rescaling({ scale: 1 / largest, inputShape: [pixels] }),
    layers.dense({ units: 128, activation: 'relu', kernelInitializer: 'heNormal' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({
  optimizer: { name: 'adam', learningRate: 2e-3 },
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
console.log(`${model.summary()}\n`);

const epochs = values.epochs ?? (isMnist ? 5 : 40);
const started = performance.now();
await model.fit(train.x, train.y, {
  epochs,
  batchSize: isMnist ? 128 : 32,
  workers: values.workers,
  progress: true,
});
const took = (performance.now() - started) / 1000;

const { loss, accuracy } = await model.evaluate(test.x, test.y);
console.log(`\n${epochs} epochs in ${took.toFixed(2)} s: ${(epochs / took).toFixed(1)} epochs/s`);
console.log(`held-out rows: loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(2)} %`);

const file = values.out ?? 'digits.safetensors';
await model.save(file);
const again = await load(file);
const first = { data: test.x.data.slice(0, pixels), shape: [1, pixels] };
const probabilities = again.predictSync(first).data;
const digit = probabilities.indexOf(Math.max(...probabilities));
console.log(
  `\nsaved to ${file}, loaded again: the first held-out digit is read as ${digit}, it is ${test.y.data[0]}`,
);
