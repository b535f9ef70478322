// Reports on a model of each kind, made with the installed package: the verify step `pages` looks
// at them.
//   node reports.mjs FOLDER [name …]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  callbacks,
  columnTransformer,
  data,
  gridSearch,
  LinearRegression,
  LogisticRegression,
  layers,
  NetworkClassifier,
  NetworkRegressor,
  OneHotEncoder,
  pipeline,
  QuantileRegressor,
  SGDClassifier,
  SimpleImputer,
  StandardScaler,
  sequential,
  shutdown,
  trainTestSplit,
} from 'steepest';
import { writeReport } from 'steepest/report';

/** Mulberry32: 32 bits of state, enough for made-up rows. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const rate = { schedule: 'cosine', from: 0.01, to: 0.0001, epochs: 8 };

/** Customers of a telephone company, with text and gaps. */
export function customers(count) {
  const draw = random(5);
  const oneOf = (list) => list[Math.floor(draw() * list.length)];
  const rows = Array.from({ length: count }, () => {
    const tenure = 1 + Math.floor(draw() * 72);
    const contract = oneOf(['monthly', 'one year', 'two years']);
    const internet = oneOf(['fibre', 'dsl', 'none']);
    const charge = Math.round(({ fibre: 70, dsl: 45, none: 20 }[internet] + 30 * draw()) * 100) / 100;
    const score =
      0.6 - tenure / 14 + (charge - 60) / 30 + { monthly: 1.4, 'one year': 0, 'two years': -1.5 }[contract];
    const churned = draw() < 1 / (1 + Math.exp(-score)) ? 'yes' : 'no';
    const gap = (value, share) => (draw() < share ? null : value);
    return {
      tenure: gap(tenure, 0.05),
      charge: gap(charge, 0.03),
      contract,
      internet: gap(internet, 0.04),
      churned,
    };
  });
  return data.DataTable.fromRows(rows);
}

export async function churn() {
  const table = customers(2000);
  const y = table.text('churned');
  const [train, test, yTrain, yTest] = trainTestSplit(table.drop('churned'), y, { stratify: y, seed: 1 });
  const numbers = pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler());
  const columns = columnTransformer([
    ['numbers', numbers, ['tenure', 'charge']],
    ['text', new OneHotEncoder({ handleUnknown: 'ignore' }), ['contract', 'internet']],
  ]);
  const model = gridSearch(
    pipeline(['columns', columns], ['model', new LogisticRegression()]),
    { model__C: [0.01, 0.1, 1, 10] },
    { cv: 3, scoring: 'rocAuc' },
  );
  await model.fit(train, yTrain);
  return {
    model,
    train: [train, yTrain],
    test: [test, yTest],
    title: 'Which customers leave',
    notes: 'Customers of a telephone company: who cancels the contract within a month?',
    seed: 1,
    command: 'steepest train customers.csv --target churned --seed 1 --report churn.html',
  };
}

async function rents() {
  const draw = random(3);
  const rows = Array.from({ length: 900 }, () => {
    const [area, rooms, age, distance] = [
      25 + 100 * draw(),
      1 + Math.floor(5 * draw()),
      90 * draw(),
      20 * draw(),
    ];
    const noise = 120 * (draw() + draw() + draw() - 1.5);
    return {
      area,
      rooms,
      age,
      distance,
      rent: 180 + 9.5 * area + 35 * rooms - 2.1 * age - 14 * distance + noise,
    };
  });
  const [train, test] = trainTestSplit(data.DataTable.fromRows(rows), { seed: 2 });
  const model = await new LinearRegression().fit(train, 'rent');
  return { model, train: [train, 'rent'], test: [test, 'rent'], title: 'Rents of flats', seed: 2 };
}

function digits() {
  const draw = random(9);
  const [side, count] = [12, 1200];
  const pixels = new Uint8Array(count * side * side);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const kind = i % 4;
    labels[i] = kind;
    const [left, top] = [2 + Math.floor(4 * draw()), 2 + Math.floor(4 * draw())];
    for (let h = 0; h < side; h++) {
      for (let w = 0; w < side; w++) {
        const [a, b] = [h - top, w - left];
        const inside = a >= 0 && b >= 0 && a < 5 && b < 5;
        const ink = [a === 2, b === 2, a === b, a + b === 4][kind];
        pixels[(i * side + h) * side + w] = Math.min(255, (inside && ink ? 150 : 0) + 130 * draw());
      }
    }
  }
  return { x: { data: pixels, shape: [count, side, side, 1] }, y: labels };
}

async function images() {
  const { x, y } = digits();
  const [train, test, yTrain, yTest] = trainTestSplit(x, y, { seed: 4 });
  const model = sequential({
    seed: 4,
    classes: ['horizontal', 'vertical', 'falling', 'rising'],
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: [12, 12, 1] }),
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      layers.maxPool2d(),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: { name: 'adam', learningRate: rate }, loss, metrics: ['accuracy'] });
  const history = await model.fit(train, yTrain, {
    epochs: 8,
    validationData: [test, yTest],
    callbacks: [callbacks.learningRateLogger()],
  });
  return { model, history, train: [train, yTrain], test: [test, yTest], title: 'Strokes', seed: 4 };
}

/** Three blobs in a pipeline with a network. */
async function blobs() {
  const { x, y } = data.makeBlobs({ nSamples: 600, centers: 3, nFeatures: 4, clusterStd: 3, seed: 6 });
  const [train, test, yTrain, yTest] = trainTestSplit(x, y, { seed: 6 });
  const network = sequential({
    seed: 6,
    layers: [
      layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const model = pipeline(new StandardScaler(), new NetworkClassifier({ network, epochs: 30 }));
  await model.fit(train, yTrain);
  return { model, test: [test, yTest], classes: ['small', 'medium', 'large'] };
}

async function severalTargets() {
  const { x, y } = data.makeRegression({ nSamples: 400, nFeatures: 6, nTargets: 3, noise: 10, seed: 7 });
  const [train, test, yTrain, yTest] = trainTestSplit(x, y, { seed: 7 });
  const network = sequential({
    seed: 7,
    layers: [layers.dense({ units: 16, activation: 'tanh', inputShape: [6] }), layers.dense({ units: 3 })],
  }).compile({ optimizer: { name: 'adam', learningRate: 0.05 }, loss: 'meanSquaredError' });
  const model = await new NetworkRegressor({ network, epochs: 40 }).fit(train, yTrain);
  return { model, train: [train, yTrain], test: [test, yTest] };
}

async function severalLabels() {
  const draw = random(8);
  const x = Array.from({ length: 400 }, () => [draw(), draw(), draw()]);
  const y = x.map(([a, b, c]) => [Number(a > 0.5), Number(b + c > 1), Number(a * b > 0.3)]);
  const model = sequential({
    seed: 8,
    classes: ['first', 'second', 'third'],
    layers: [
      layers.dense({ units: 12, activation: 'tanh', inputShape: [3] }),
      layers.dense({ units: 3, activation: 'sigmoid' }),
    ],
  }).compile({ optimizer: { name: 'adam', learningRate: 0.03 }, loss: 'binaryCrossentropy' });
  const history = await model.fit(x.slice(0, 300), y.slice(0, 300), { epochs: 15 });
  return { model, history, test: [x.slice(300), y.slice(300)] };
}

async function quantile() {
  const { x, y } = data.makeRegression({ nSamples: 300, nFeatures: 3, noise: 20, seed: 9 });
  const model = await new QuantileRegressor({ quantile: 0.9, alpha: 0 }).fit(x, y);
  return { model, test: [x, y] };
}

/** Scores, no probabilities; and names that try to break out of the page. */
async function hostile() {
  const LONG = 'a very long name of a column that nobody would want to read twice '.repeat(3);
  const draw = random(10);
  const name = '</style><script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;';
  const rows = Array.from({ length: 300 }, () => {
    const [a, b] = [draw(), draw()];
    return { [name]: a, [LONG]: b, y: a > b ? name : '<b>&lt;' };
  });
  const model = pipeline(new StandardScaler(), new SGDClassifier({ loss: 'hinge', seed: 1 }));
  const table = data.DataTable.fromRows(rows);
  await model.fit(table, 'y');
  return { model, test: [table, 'y'], title: name, notes: name, command: name, date: name };
}

export const REPORTS = { churn, rents, images, blobs, severalTargets, severalLabels, quantile, hostile };

const [folder, ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(REPORTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await writeReport(join(folder, `report-${name}.html`), await make());
}
await shutdown();
