// 400-25-10 sigmoid units read digits; the gradient of their cost is checked.
//   npx steepest example digits-network [--rows 5000] [--epochs 40] [--lambda 1]
//                      the 1,797 digits of data/digits.csv, drawn as 20 × 20 pixels
//   … --data DIR       MNIST's four IDX files (plain or .gz) in DIR; they are to be had at
//                      https://ossci-datasets.s3.amazonaws.com/mnist/
// The network minimises the regularised cross-entropy
//   J(θ) = −1/m Σᵣ Σₖ [t ln h + (1 − t) ln(1 − h)] + λ/(2m) Σ W²     (biases are not penalised).
// J is written down once more in plain JavaScript, in float64, and its differences check the
// gradient.
// The formulas are in docs/math.md, "Regularised cost" and "Backpropagation".
import { backend, data, layers, sequential, shutdown } from 'steepest';
import { loadDigits } from './lib/load-digits.mjs';
import { readOptions } from './lib/options.mjs';
import { table } from './lib/table.mjs';

const SIDE = 20;
const INPUTS = SIDE * SIDE;
const HIDDEN = 25;
const K = 10;

const { options: values } = readOptions(import.meta.url, {
  rows: 'count',
  epochs: 'count',
  lambda: 'number',
  data: 'folder',
});
const { epochs = 40, lambda = 1, data: folder } = values;

const isMnist = folder !== undefined;
const { train, test } = isMnist ? await mnist() : digits();
const m = train.y.length;
const { kind, isa } = backend();
console.log(
  `${isMnist ? 'MNIST without its border of 4 pixels' : 'UCI optical digits, scaled up'}: ${SIDE} × ${SIDE} pixels`,
);
console.log(`${m} rows to train on, ${test.y.length} held out; kernels: ${kind} (${isa})\n`);

// The library's binaryCrossentropy is a mean over the K outputs as well, so it is J / K. Its
// penalty l2·ΣW² must then be λ/(2m)·ΣW² / K.
const kernelRegularizer = { l2: lambda / (2 * m * K) };
const model = sequential({
  seed: 1,
  layers: [
    layers.dense({ units: HIDDEN, activation: 'sigmoid', inputShape: [INPUTS], kernelRegularizer }),
    layers.dense({ units: K, activation: 'sigmoid', kernelRegularizer }),
  ],
});
model.compile({
  optimizer: { name: 'adam', learningRate: 5e-3 },
  loss: 'binaryCrossentropy',
  metrics: ['accuracy'],
});
console.log(model.summary());

await checkGradient(Math.min(m, 40));

await model.fit(train.x, train.t, { epochs, batchSize: 32, progress: true });

const learned = await model.evaluate(train.x, train.t);
const heldOut = await model.evaluate(test.x, test.t);
const byHand = cost(
  model.getWeights().map((parameter) => Float64Array.from(parameter.data)),
  train,
  m,
);
console.log(
  `\nJ on the training rows  ${byHand.toFixed(6)} by the formula, ${(K * learned.loss).toFixed(6)} = K × the model's loss`,
);
console.log(`training accuracy       ${(100 * learned.accuracy).toFixed(2)} %`);
console.log(`held-out accuracy       ${(100 * heldOut.accuracy).toFixed(2)} %\n`);

const first = test.x.data.slice(0, INPUTS);
const outputs = model.predictSync({ data: first, shape: [1, INPUTS] }).data;
console.log(`${draw(first)}\nThe first held-out digit is a ${test.y[0]}. The outputs say:\n`);
console.log(
  table(
    ['digit', ...Array.from(outputs, (_, k) => String(k))],
    [['output', ...Array.from(outputs, (p) => p.toFixed(3))]],
  ),
);
await shutdown();

/**
 * J(θ) over the first `rows` rows, in float64, straight from
 * the formula. θ is W1, b1, W2, b2, as getWeights gives them.
 */
function cost([W1, b1, W2, b2], { x, y }, rows) {
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const pixels = x.data.subarray(r * INPUTS, (r + 1) * INPUTS);
    const hidden = layer(pixels, W1, b1);
    layer(hidden, W2, b2).forEach((h, k) => {
      sum -= k === y[r] ? Math.log(h) : Math.log(1 - h);
    });
  }
  let squares = 0;
  for (const W of [W1, W2]) for (const w of W) squares += w * w;
  return sum / rows + (lambda / (2 * rows)) * squares;
}

/** σ(b + inputs·W) for one row. */
function layer(inputs, W, b) {
  const z = Float64Array.from(b);
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i] === 0) continue;
    for (let j = 0; j < z.length; j++) z[j] += inputs[i] * W[i * z.length + j];
  }
  return z.map((value) => 1 / (1 + Math.exp(-value)));
}

/**
 * Compares ∂J/∂θ of backpropagation with [J(θ + ε) − J(θ − ε)] / 2ε on the first `rows` rows, for
 * every 49th weight of W1 and all of b1, W2 and b2.
 */
async function checkGradient(rows) {
  const part = (array, columns) => ({ data: array.data.subarray(0, rows * columns), shape: [rows, columns] });
  const found = await model.gradients(part(train.x, INPUTS), part(train.t, K));
  const parameters = model.getWeights().map((parameter) => Float64Array.from(parameter.data));
  const EPSILON = 1e-4;
  const lines = [];
  let checked = 0;
  let furthest = 0;
  ['W1', 'b1', 'W2', 'b2'].forEach((name, p) => {
    const theta = parameters[p];
    const isKernel = name.startsWith('W');
    const units = found[p].shape.at(-1);
    // model.gradients gives those of the loss alone: K times
    // them are J's, and the penalty's are λ/m·W.
    const analytic = Float64Array.from(
      theta,
      (w, i) => K * found[p].data[i] + (isKernel ? (lambda / rows) * w : 0),
    );
    const largest = analytic.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let i = 0, n = 0; i < theta.length; i += name === 'W1' ? 49 : 1, n++) {
      const kept = theta[i];
      theta[i] = kept + EPSILON;
      const above = cost(parameters, train, rows);
      theta[i] = kept - EPSILON;
      const below = cost(parameters, train, rows);
      theta[i] = kept;
      const numeric = (above - below) / (2 * EPSILON);
      const relative = Math.abs(analytic[i] - numeric) / largest;
      furthest = Math.max(furthest, relative);
      checked++;
      const isShown = name === 'W1' ? n % 40 === 20 : n < 3;
      if (!isShown) continue;
      const index = isKernel ? `[${Math.floor(i / units)}][${i % units}]` : `[${i}]`;
      lines.push([name + index, analytic[i].toFixed(9), numeric.toFixed(9), relative.toExponential(1)]);
    }
  });
  console.log(`\nGradient of J on ${rows} rows with λ = ${lambda}, before training:\n`);
  console.log(table(['∂J/∂', 'backpropagation', 'differences', 'relative'], lines));
  console.log(`largest relative difference of ${checked} gradients: ${furthest.toExponential(1)}`);
  console.log('(relative to the largest gradient of the same array; float32 has 7 digits)\n');
}

/**
 * Images as [rows, 400] from 0 (paper) to 1 (ink); y the
 * digits, t the same as [rows, 10] of zeros and a one.
 */
function dataSet(images, y) {
  const t = new Float32Array(y.length * K);
  y.forEach((digit, r) => {
    t[r * K + digit] = 1;
  });
  return { x: { data: images, shape: [y.length, INPUTS] }, y, t: { data: t, shape: [y.length, K] } };
}

/** MNIST's digits are 20 × 20 pixels in the middle, more or less, of 28 × 28. */
async function mnist() {
  const sets = await data.loadMnist(folder);
  const crop = ({ x, y }, rows) => {
    const [count, pixels] = x.shape;
    const side = Math.sqrt(pixels);
    const border = (side - SIDE) / 2;
    const kept = Math.min(rows, count);
    const images = Float32Array.from({ length: kept * INPUTS }, (_, at) => {
      const r = Math.floor(at / INPUTS);
      const row = border + Math.floor((at % INPUTS) / SIDE);
      return x.data[r * pixels + row * side + border + (at % SIDE)] / 255;
    });
    return dataSet(images, y.data.slice(0, kept));
  };
  return { train: crop(sets.train, values.rows ?? 5000), test: crop(sets.test, Infinity) };
}

/**
 * The digits of data/digits.csv, 8 × 8 pixels from 0 to 16,
 * drawn as 20 × 20 with bilinear interpolation.
 */
function digits() {
  const sets = loadDigits();
  const scaleUp = ({ x, y }, rows) => {
    const side = Math.sqrt(x.shape[1]);
    const kept = Math.min(rows, x.shape[0]);
    // Where the middle of each new pixel lies between the middles of two old ones.
    const between = Array.from({ length: SIDE }, (_, i) => {
      const at = Math.min(Math.max(((i + 0.5) * side) / SIDE - 0.5, 0), side - 1);
      const low = Math.min(Math.floor(at), side - 2);
      return { low, share: at - low };
    });
    const images = Float32Array.from({ length: kept * INPUTS }, (_, at) => {
      const old = x.data.subarray(Math.floor(at / INPUTS) * side * side);
      const [down, across] = [between[Math.floor((at % INPUTS) / SIDE)], between[at % SIDE]];
      const inRow = (row) =>
        old[row * side + across.low] * (1 - across.share) + old[row * side + across.low + 1] * across.share;
      return (inRow(down.low) * (1 - down.share) + inRow(down.low + 1) * down.share) / 16;
    });
    return dataSet(images, y.data.slice(0, kept));
  };
  return { train: scaleUp(sets.train, values.rows ?? Infinity), test: scaleUp(sets.test, Infinity) };
}

/** An image in characters, two to a pixel since they are twice as high as wide. */
function draw(image) {
  const ink = ' .:-=+*#%@';
  return Array.from({ length: SIDE }, (_, row) =>
    Array.from(image.subarray(row * SIDE, (row + 1) * SIDE), (value) =>
      ink[Math.round(value * 9)].repeat(2),
    ).join(''),
  ).join('\n');
}
