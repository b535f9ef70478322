// One line in two ways: least squares, and gradient descent.
//   npx steepest example least-squares [--rows 100000]
// The formulas are in docs/math.md, "Least squares".
import { LinearRegression, shutdown } from 'steepest';
import { readOptions } from './lib/options.mjs';

const { rows = 100_000 } = readOptions(import.meta.url, { rows: 'count' }).options;

// Flats: floor area in m² and age in years, and a price that both explain up to some noise.
let state = 7;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 0) / 2 ** 32;
};
const x = new Float64Array(2 * rows);
const price = new Float64Array(rows);
for (let i = 0; i < rows; i++) {
  const area = 30 + 120 * random();
  const age = 80 * random() * random();
  x.set([area, age], 2 * i);
  price[i] = 40 + 3.1 * area - 0.9 * age + 60 * (random() + random() + random() - 1.5);
}
const flats = { data: x, shape: [rows, 2] };

const methods = {
  'least squares (QR)': { solver: 'qr' },
  'gradient descent, all rows': { solver: 'gd', learningRate: 0.1 },
  'gradient descent, momentum 0.9': { solver: 'gd', learningRate: 0.1, momentum: 0.9 },
  'stochastic, 256 rows a step': { solver: 'sgd', learningRate: 0.001, batchSize: 256, tol: 1e-6 },
};

// Threads start with the first fit: not part of anybody's time.
await new LinearRegression().fit(flats, price);
const found = [];
for (const [method, params] of Object.entries(methods)) {
  const model = new LinearRegression(params);
  const start = performance.now();
  await model.fit(flats, price);
  const ms = performance.now() - start;
  const [area, age] = model.coef.data;
  found.push({
    method,
    intercept: model.intercept[0].toFixed(4),
    'per m²': area.toFixed(5),
    'per year': age.toFixed(5),
    'R²': (await model.score(flats, price)).toFixed(6),
    epochs: model.nIter,
    ms: ms.toFixed(1),
  });
}
console.log(`${rows.toLocaleString('en')} flats: price = intercept + a·area + b·age`);
console.table(Object.fromEntries(found.map(({ method, ...rest }) => [method, rest])));

const exact = await new LinearRegression().fit(flats, price);
console.log(exact.summary());
await shutdown();
