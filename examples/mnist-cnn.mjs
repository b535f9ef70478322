// A CNN reads handwritten digits; draws a page of its answers and mistakes.
//   npx steepest example mnist-cnn [--data DIR] [--epochs 12] [--rows 5000] [--seed 1] [--workers 2] [--out mnist-cnn.html]
// DIR has MNIST's four IDX files (https://ossci-datasets.s3.amazonaws.com/mnist/); without it: data/digits.csv.
import { callbacks, layers, sequential } from 'steepest';
import { loadDigitImages } from './lib/digit-images.mjs';
import { introduce, pageOptions, showResult } from './lib/run.mjs';

const { data: folder, rows, seed, workers, out, epochs = 12 } = pageOptions(import.meta.url, 'mnist-cnn');
const { train, test, about } = await loadDigitImages(folder, rows);
const conv = (filters) => layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' });
const model = sequential({
  seed,
  classes: [...'0123456789'],
  layers: [
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28, 1] }),
    layers.randomTranslation({ heightFactor: 0.08, widthFactor: 0.08, fillMode: 'constant' }),
    ...[conv(16), conv(16), layers.maxPool2d(), conv(32), conv(32), layers.maxPool2d()],
    ...[layers.flatten(), layers.dense({ units: 128, activation: 'relu' }), layers.dropout({ rate: 0.3 })],
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
const learningRate = { schedule: 'cosine', from: 2e-3, to: 1e-5, epochs, warmup: Math.min(1, epochs / 10) };
model.compile({
  optimizer: { name: 'adam', learningRate },
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
introduce(model, about);

const options = { epochs, batchSize: folder ? 64 : 16, validationSplit: 0.1, workers, progress: true };
const best = callbacks.earlyStopping({ monitor: 'valAccuracy', patience: 5, restoreBest: true });
const saved = callbacks.checkpoint({ path: out.replace(/(\.html)?$/, '.safetensors'), saveBestOnly: true });
const started = performance.now();
const { history } = await model.fit(train.x, train.y, { ...options, callbacks: [best, saved] });
const seconds = (performance.now() - started) / 1000;
const page = { title: 'A small CNN reads digits', about, classes: [...'0123456789'], out };
await showResult(model, { train, test, history, seconds, workers, ...page });
