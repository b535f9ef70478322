// LeNet-5 reads handwritten digits; draws a page of its answers and mistakes.
//   npx steepest example mnist-cnn [--epochs 20] [--rows 5000] [--seed 1] [--workers 2]
//                                  [--out mnist-cnn.html]
//                      the 1,797 digits of data/digits.csv, enlarged to MNIST's size
//   … --data DIR       MNIST's four IDX files (plain or .gz) in DIR; they are to be had at
//                      https://ossci-datasets.s3.amazonaws.com/mnist/
import { data, layers, sequential } from 'steepest';
import { enlarge } from './lib/enlarge.mjs';
import { loadDigits } from './lib/load-digits.mjs';
import { count, firstRows, introduce, pageOptions, showResult } from './lib/run.mjs';

const SIDE = 28;

/** The digits of data/digits.csv have 8 × 8 pixels of 0 to 16. */
function smallDigits() {
  const grown = ({ x, y }) => ({ x: enlarge(x, 8, SIDE, 16), y });
  const { train, test } = loadDigits();
  return { train: grown(train), test: grown(test) };
}

const { data: folder, rows, seed, workers, out, ...options } = pageOptions(import.meta.url, 'mnist-cnn');
const sets = folder === undefined ? smallDigits() : await data.loadMnist(folder);
const [train, test] = [firstRows(sets.train, rows), firstRows(sets.test, rows)];
const about =
  folder === undefined
    ? `UCI optical digits, enlarged to 28 × 28 pixels: ${count(train)} to train on, ${count(test)} held out.`
    : `MNIST, 28 × 28 pixels: ${count(train)} digits to train on, ${count(test)} held out.`;

// LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998),
// with today's relu and max pooling in the place of tanh and averages.
const relu = { activation: 'relu', kernelInitializer: 'heUniform' };
const model = sequential({
  seed,
  layers: [
    // Bytes stay bytes in memory: they are scaled while a
    // mini-batch is gathered, and shifted by a pixel at random.
    layers.rescaling({ scale: 1 / 255, inputShape: [SIDE, SIDE, 1] }),
    layers.randomTranslation({ heightFactor: 1 / SIDE, widthFactor: 1 / SIDE, fillMode: 'constant' }),
    layers.conv2d({ filters: 6, kernelSize: 5, padding: 'same', ...relu }),
    layers.maxPool2d(),
    layers.conv2d({ filters: 16, kernelSize: 5, ...relu }),
    layers.maxPool2d(),
    layers.flatten(),
    layers.dense({ units: 120, ...relu }),
    layers.dense({ units: 84, ...relu }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
introduce(model, about);

// Most epochs with large steps, the last ones with small ones, which settle down.
const epochs = options.epochs ?? (folder === undefined ? 20 : 10);
const large = Math.ceil(0.7 * epochs);
const history = { loss: [], accuracy: [], valLoss: [], valAccuracy: [] };
const started = performance.now();
for (const [learningRate, count] of [
  [1e-3, large],
  [1e-4, epochs - large],
]) {
  if (count === 0) continue;
  model.compile({
    optimizer: { name: 'adam', learningRate },
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const part = await model.fit(train.x, train.y, {
    epochs: count,
    batchSize: folder === undefined ? 16 : 64,
    workers,
    validationData: [test.x, test.y],
    progress: true,
  });
  for (const name of Object.keys(history)) history[name].push(...part.history[name]);
}
const seconds = (performance.now() - started) / 1000;

const page = { title: 'LeNet-5 reads digits', about, classes: [...'0123456789'] };
await showResult(model, { train, test, history, seconds, workers, out, ...page });
