// Five convolutions tell ten kinds of images apart; draws a page.
//   npx steepest example cifar-cnn [--epochs 20] [--rows 5000] [--seed 1] [--workers 2]
//                                  [--out cifar-cnn.html]
//                      figures painted by lib/shapes.mjs
//   … --data DIR       CIFAR-10: data_batch_1.bin (and more) and test_batch.bin in DIR, from the
//                      binary version at https://www.cs.toronto.edu/~kriz/cifar.html
// In training each image is mirrored and shifted at random while it is read.
import { data, layers, schedules, sequential } from 'steepest';
import { count, firstRows, introduce, pageOptions, showResult } from './lib/run.mjs';
import { makeShapes, shapeClasses } from './lib/shapes.mjs';

const { data: folder, rows, seed, workers, out, ...options } = pageOptions(import.meta.url, 'cifar-cnn');
const isCifar = folder !== undefined;
const sets = isCifar
  ? await data.loadCifar10(folder)
  : { train: makeShapes(Math.min(2000, rows ?? 2000), 1), test: makeShapes(Math.min(400, rows ?? 400), 2) };
const [train, test] = [firstRows(sets.train, rows), firstRows(sets.test, rows)];
const kind = isCifar ? 'CIFAR-10, photographs of ten kinds' : 'Figures of ten kinds, painted at random';
const about = `${kind}, 32 × 32 pixels: ${count(train)} to train on, ${count(test)} held out.`;

const conv = (filters) => [
  // The normalisation has the bias.
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
  layers.batchNorm({ momentum: 0.9 }),
  layers.activation({ activation: 'relu' }),
];
const model = sequential({
  seed,
  layers: [
    // Bytes to −2 … 2. This and the next two are done while a mini-batch is gathered.
    layers.rescaling({ scale: 1 / 64, offset: -2, inputShape: [32, 32, 3] }),
    layers.randomFlip({ mode: 'horizontal' }),
    layers.randomTranslation({ heightFactor: 1 / 8, widthFactor: 1 / 8 }),
    ...[...conv(32), ...conv(32), layers.maxPool2d()],
    ...[...conv(64), ...conv(64), layers.maxPool2d()],
    ...[...conv(128), layers.maxPool2d()],
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
// Small steps at first, while the moments of Adam and of the normalisations are still rough.
const epochs = options.epochs ?? (isCifar ? 20 : 8);
const learningRate = schedules.cosine({ from: 2e-3, to: 2e-5, epochs, warmup: epochs / 20 });
model.compile({
  optimizer: { name: 'adam', learningRate },
  loss: { name: 'sparseCategoricalCrossentropy', labelSmoothing: 0.1 },
  metrics: ['accuracy'],
});
introduce(model, about);

const started = performance.now();
const { history } = await model.fit(train.x, train.y, {
  epochs,
  batchSize: isCifar ? 64 : 32,
  workers,
  validationData: [test.x, test.y],
  progress: true,
});
const seconds = (performance.now() - started) / 1000;

const page = {
  title: isCifar ? 'A small network on CIFAR-10' : 'A small network on painted figures',
  about,
  classes: isCifar ? data.cifar10Classes : shapeClasses,
};
await showResult(model, { train, test, history, seconds, workers, out, ...page });
