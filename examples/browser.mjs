// Serves a page that reads the digits you draw, by a CNN exported as ONNX.
//   npx steepest example browser [--data DIR] [--epochs 12] [--rows 5000] [--seed 1] [--workers 2]
//                                [--port 8080] [--out model.onnx]
// DIR has MNIST's four IDX files (https://ossci-datasets.s3.amazonaws.com/mnist/); without it: data/digits.csv.
// onnxruntime-web runs the model in the browser: npm install onnxruntime-web --ignore-scripts
// In a clone: npm ci --ignore-scripts --prefix examples/browser
import { once } from 'node:events';
import { layers, sequential } from 'steepest';
import { findRuntime, servePage } from './browser/serve.mjs';
import { loadDigitImages } from './lib/digit-images.mjs';
import { readOptions } from './lib/options.mjs';

const { options } = readOptions(import.meta.url, {
  data: 'folder',
  epochs: 'count',
  rows: 'count',
  seed: 'seed',
  workers: 'workers',
  port: 'seed',
  out: 'text',
});
const { data: folder, epochs = 12, rows, seed = 1, workers = 'auto', port = 8080, out } = options;
const runtime = findRuntime();
if (runtime === undefined) {
  console.error('onnxruntime-web is not installed: npm install onnxruntime-web --ignore-scripts');
  process.exit(1);
}

const { train, test, about } = await loadDigitImages(folder, rows);
const conv = (filters) => layers.conv2d({ filters, kernelSize: 3, activation: 'relu' });
const model = sequential({
  seed,
  classes: [...'0123456789'],
  layers: [
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28, 1] }),
    layers.randomTranslation({ heightFactor: 0.08, widthFactor: 0.08, fillMode: 'constant' }),
    ...[conv(8), layers.maxPool2d(), conv(16), layers.maxPool2d(), layers.flatten()],
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({
  optimizer: { name: 'adam', learningRate: { schedule: 'cosine', from: 3e-3, to: 1e-5, epochs } },
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
console.log(about.split(' A tenth')[0]);
await model.fit(train.x, train.y, { epochs, batchSize: folder ? 64 : 16, workers, progress: true });
const { accuracy } = await model.evaluate(test.x, test.y, { workers });
if (out !== undefined) await model.saveOnnx(out);

const [pixels, probabilities] = [test.x.data, await model.predict(test.x, { workers })];
/** The first digit of each class among those held out, with what the model here makes of it. */
const samples = model.classes.map((_, digit) => {
  const i = test.y.indexOf(digit);
  const image = Array.from(pixels.subarray(i * 28 * 28, (i + 1) * 28 * 28));
  return { digit, image, probabilities: Array.from(probabilities.row(i)) };
});
const held = `${(100 * accuracy).toFixed(1)} % of ${test.y.length} digits held out are read right.`;
/** How the images of the two sets of digits were made, and a pen of their width, in pixels. */
const images = folder ? { grid: 28, digit: 20, pen: 22 } : { grid: 8, digit: 8, pen: 40 };
const page = { model: model.toOnnx(), samples, about: held, images, runtime };
const server = servePage(page).listen(port, 'localhost');
await once(server, 'listening');
console.log(`${held}\nOpen http://localhost:${server.address().port}/ in a browser; Ctrl+C ends this.`);
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
