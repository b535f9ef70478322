/**
 * What holds for a report on every model of the package: the registry is walked, so that a new
 * estimator is held to it from its first day.
 */

import * as api from 'steepest';
import {
  CalibratedClassifierCV,
  columnTransformer,
  data as dataApi,
  ElasticNet,
  ElasticNetCV,
  estimatorTypes,
  FixedThresholdClassifier,
  GammaRegressor,
  gridSearch,
  HuberRegressor,
  Lasso,
  LassoCV,
  LinearRegression,
  LogisticRegression,
  LogisticRegressionCV,
  layers,
  MLPClassifier,
  MLPRegressor,
  NetworkClassifier,
  NetworkRegressor,
  OneHotEncoder,
  PoissonRegressor,
  pipeline,
  QuantileRegressor,
  Ridge,
  RidgeCV,
  randomizedSearch,
  type Sequential,
  SGDClassifier,
  SGDRegressor,
  SimpleImputer,
  StandardScaler,
  sequential,
  shutdown,
  TransformedTargetRegressor,
  TunedThresholdClassifierCV,
} from 'steepest';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { report } from '#steepest/report/index.js';
import { elements, find, parsePage, scoresOf, sectionsOf, textOf } from './parsePage.js';

interface Predictor {
  fit(x: unknown, y: unknown): Promise<Predictor>;
}
const ROWS = 40;
const wave = (i: number): number => Math.sin(i * 78.233) * 2;
const x = Array.from({ length: ROWS }, (_, i) => [wave(3 * i), wave(3 * i + 1), wave(3 * i + 2)]);
const numbers = x.map(([a, b], i) => 2 * a! - b! + wave(i + 7) / 10);
const counts = numbers.map((v) => Math.round(Math.exp(v / 3)) + 1);
const three = numbers.map((v) => (v > 1 ? 'high' : v > -1 ? 'middle' : 'low'));
const two = numbers.map((v) => v > 0);
const rows = numbers.map((v, i) => [v, wave(i)]);

function network(units: number, activation: 'linear' | 'softmax' | 'sigmoid', loss: string): Sequential {
  const first = layers.dense({ units: 4, activation: 'tanh', inputShape: [3] });
  return sequential({ seed: 1, layers: [first, layers.dense({ units, activation })] }).compile({
    optimizer: 'adam',
    loss: loss as 'mae',
  });
}
const softmax = (): Sequential => network(3, 'softmax', 'sparseCategoricalCrossentropy');

const CLASSIFIERS: Record<string, () => object> = {
  LogisticRegression: () => new LogisticRegression(),
  LogisticRegressionCV: () => new LogisticRegressionCV({ Cs: [1], cv: 3 }),
  SGDClassifier: () => new SGDClassifier({ loss: 'logLoss', maxIter: 50 }),
  'SGDClassifier, without probabilities': () => new SGDClassifier({ loss: 'hinge', maxIter: 50 }),
  MLPClassifier: () => new MLPClassifier({ maxIter: 5, hiddenLayerSizes: [4] }),
  NetworkClassifier: () => new NetworkClassifier({ network: softmax(), epochs: 2 }),
  CalibratedClassifierCV: () => new CalibratedClassifierCV({ estimator: new LogisticRegression(), cv: 3 }),
  'gridSearch of a pipeline': () =>
    gridSearch(
      pipeline(new StandardScaler(), new LogisticRegression()),
      { logisticRegression__C: [0.1, 1] },
      { cv: 3 },
    ),
  'Pipeline of a network': () =>
    pipeline(new StandardScaler(), new NetworkClassifier({ network: softmax(), epochs: 2 })),
};
const BINARY: Record<string, () => object> = {
  FixedThresholdClassifier: () =>
    new FixedThresholdClassifier({ estimator: new LogisticRegression(), threshold: 0.4 }),
  TunedThresholdClassifierCV: () =>
    new TunedThresholdClassifierCV({ estimator: new LogisticRegression(), cv: 3 }),
  'LogisticRegression of two': () => new LogisticRegression(),
  'SGDClassifier of two': () => new SGDClassifier({ loss: 'hinge', maxIter: 50 }),
};
const REGRESSORS: Record<string, () => object> = {
  LinearRegression: () => new LinearRegression(),
  Ridge: () => new Ridge(),
  RidgeCV: () => new RidgeCV(),
  Lasso: () => new Lasso({ alpha: 0.1 }),
  LassoCV: () => new LassoCV({ alphas: 5, cv: 3 }),
  ElasticNet: () => new ElasticNet({ alpha: 0.1 }),
  ElasticNetCV: () => new ElasticNetCV({ alphas: 5, cv: 3 }),
  PoissonRegressor: () => new PoissonRegressor(),
  GammaRegressor: () => new GammaRegressor(),
  HuberRegressor: () => new HuberRegressor(),
  QuantileRegressor: () => new QuantileRegressor({ quantile: 0.8, alpha: 0 }),
  SGDRegressor: () => new SGDRegressor({ maxIter: 50 }),
  MLPRegressor: () => new MLPRegressor({ maxIter: 5, hiddenLayerSizes: [4] }),
  NetworkRegressor: () =>
    new NetworkRegressor({ network: network(1, 'linear', 'meanSquaredError'), epochs: 2 }),
  TransformedTargetRegressor: () =>
    new TransformedTargetRegressor({ regressor: new Ridge(), transformer: new StandardScaler() }),
  Pipeline: () => pipeline(new StandardScaler(), new Ridge()),
  'randomizedSearch of Ridge': () => randomizedSearch(new Ridge(), { alpha: [0.1, 1] }, { nIter: 2, cv: 3 }),
};
const SEVERAL: Record<string, () => object> = {
  'LinearRegression of two targets': () => new LinearRegression(),
  'Ridge of two targets': () => new Ridge(),
  'NetworkRegressor of two targets': () =>
    new NetworkRegressor({ network: network(2, 'linear', 'meanSquaredError'), epochs: 2 }),
};
const targetsOf = (name: string): unknown[] => (/Poisson|Gamma/.test(name) ? counts : numbers);
const cases = [
  ...Object.entries(CLASSIFIERS).map(([name, make]) => ({ name, make, y: three as unknown[] })),
  ...Object.entries(BINARY).map(([name, make]) => ({ name, make, y: two as unknown[] })),
  ...Object.entries(REGRESSORS).map(([name, make]) => ({ name, make, y: targetsOf(name) })),
  ...Object.entries(SEVERAL).map(([name, make]) => ({ name, make, y: rows as unknown[] })),
];

/** Checks what holds for every page, and returns its sections. */
function check(page: string): Record<string, string> {
  const root = parsePage(page);
  expect(find(root, 'script')).toEqual([]);
  const ids = elements(root).flatMap(({ attributes: { id } }) => (id === undefined ? [] : [id]));
  expect(new Set(ids).size).toBe(ids.length);
  const links = find(find(root, 'nav')[0]!, 'a').map(({ attributes: { href } }) => href!.slice(1));
  const sections = sectionsOf(root);
  expect(links).toEqual(Object.keys(sections));
  for (const section of find(root, 'section')) expect(textOf(section).length).toBeGreaterThan(30);
  for (const one of elements(root)) {
    for (const name of ['src', 'href']) {
      const value = one.attributes[name];
      if (value !== undefined) expect(value).toMatch(/^(?:#|data:)/);
    }
  }
  // A hyperparameter may be NaN.
  const broken = /.{30}\b(?:NaN|undefined|null|Infinity|\[object)\b.{10}/.exec(
    page.replace(/<details>.*?<\/details>/gs, ''),
  )?.[0];
  expect(broken).toBeUndefined();
  expect(Object.keys(scoresOf(root)).length).toBeGreaterThan(0);
  expect(sections).toMatchObject({
    scores: 'Scores',
    data: 'Data',
    model: 'Model',
    reproduce: 'How to reproduce it',
  });
  return sections;
}

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    if (!/converge|stopped|Convergence/.test(String(warning))) throw new Error(`a warning: ${warning}`);
  });
});
afterAll(shutdown);

it('covers every registered estimator that predicts', () => {
  const covered = new Set(cases.map(({ name }) => name.split(',')[0]));
  const classes = api as unknown as Record<string, { prototype: object }>;
  const predictors = estimatorTypes().filter((type) => 'predict' in classes[type]!.prototype);
  expect(predictors.filter((type) => !covered.has(type))).toEqual([]);
});

describe.each(cases)('a report on $name', ({ name, make, y }) => {
  it('is a whole page, the same each time', async () => {
    const model = await (make() as Predictor).fit(x, y);
    const options = { model, test: [x, y] as never, importance: { repeats: 2, rows: 30 } };
    const page = await report(options);
    const sections = check(page);
    expect(sections).toHaveProperty('dependence');
    if (y === numbers || y === counts || y === rows) {
      expect(sections).toHaveProperty('residuals');
      expect(sections).not.toHaveProperty('classes');
    } else {
      expect(sections).toHaveProperty('classes');
      expect(sections).toHaveProperty('curves');
      expect('calibration' in sections).toBe(!/without probabilities|hinge|SGDClassifier of two/.test(name));
    }
    expect('learning' in sections).toBe(/MLP|Network|network/.test(name));
    expect((await report(options)) === page).toBe(true);
  });
});

describe('a report on a network', () => {
  const codes = three.map((label) => ['high', 'low', 'middle'].indexOf(label));
  const oneHot = codes.map((code) => [0, 1, 2].map((k) => Number(k === code)));
  it.each([
    ['of classes', softmax, codes, 'curves'],
    ['of one-hot rows', () => network(3, 'softmax', 'categoricalCrossentropy'), oneHot, 'curves'],
    ['of two classes', () => network(1, 'sigmoid', 'binaryCrossentropy'), two.map(Number), 'curves'],
    ['of scores', () => network(1, 'linear', 'hinge'), two.map((is) => (is ? 1 : -1)), 'curves'],
    [
      'of labels',
      () => network(3, 'sigmoid', 'binaryCrossentropy'),
      x.map((row) => row.map((v) => Number(v > 0))),
      'labels',
    ],
    ['of values', () => network(1, 'linear', 'meanSquaredError'), numbers, 'residuals'],
    ['of several values', () => network(2, 'linear', 'huber'), rows, 'residuals'],
  ] as const)('%s', async (_, make, y, section) => {
    const model = make();
    const history = await model.fit(x, y as never, { epochs: 3 });
    const options = { model, history, test: [x, y] as never, train: [x, y] as never };
    const page = await report(options);
    expect(check(page)).toMatchObject({ [section]: expect.any(String), learning: 'Learning' });
    check(await report({ ...options, history: history.history }));
  });

  it('on images shows them', async () => {
    const model = sequential({
      seed: 1,
      classes: ['dark', 'light'],
      layers: [layers.flatten({ inputShape: [3, 4, 1] }), layers.dense({ units: 2, activation: 'softmax' })],
    }).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const images = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 3 }, (_r, h) =>
        Array.from({ length: 4 }, (_c, w) => [Math.abs(wave(i + h + w)) / 2]),
      ),
    );
    const y = images.map((_, i) => i % 2);
    const page = await report({ model, test: [images as never, y], mistakes: 2 });
    expect(check(page)).not.toHaveProperty('dependence');
    const shown = find(parsePage(page), 'img');
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThanOrEqual(6);
    for (const { attributes } of shown) {
      expect(attributes.src).toMatch(/^data:image\/png;base64,/);
      expect(attributes.alt).toMatch(/^is (?:dark|light), predicted (?:dark|light)$/);
    }
    const flat = images.map((image) => image.flat(2));
    const shaped = { data: Float32Array.from(flat.flat()), shape: [20, 3, 4, 1] };
    expect(find(parsePage(await report({ model, test: [shaped, y], mistakes: 2 })), 'img')).toEqual(shown);
  });
});

describe('a report takes', () => {
  it('tables by name, with text and gaps', async () => {
    const records = x.map(([a, b], i) => ({
      town: i % 5 === 0 ? null : ['Rome', 'Oslo', 'Lima'][i % 3]!,
      age: i % 7 === 0 ? null : a!,
      size: b!,
      stays: two[i] ? 'yes' : 'no',
    }));
    const model = pipeline(
      columnTransformer([
        ['number', pipeline(new SimpleImputer(), new StandardScaler()), ['age', 'size']],
        ['text', new OneHotEncoder({ handleUnknown: 'ignore' }), ['town']],
      ]),
      new LogisticRegression(),
    );
    const table = dataApi.DataTable.fromRows(records);
    await model.fit(table, 'stays');
    const page = await report({ model, test: [table, 'stays'] });
    check(page);
    const root = parsePage(page);
    const text = textOf(root).replaceAll('\u00a0', ' ');
    expect(text).toContain('3: 2 numbers and 1 text');
    // 8 of 40 towns and 6 of 40 ages.
    expect(text).toContain('14, 11.7 % of the cells');
    expect((await report({ model, test: [records, 'stays'] })) === page).toBe(true);
    const names = find(root, 'svg').map(textOf).join(' ');
    for (const name of ['town', 'age', 'size']) expect(names).toContain(name);
  });

  it('every container of the same numbers, and gives the same page', async () => {
    const model = await new LogisticRegression().fit(x, three);
    const page = await report({ model, test: [x, three] });
    const shape = [ROWS, 3];
    for (const same of [
      { data: Float64Array.from(x.flat()), shape },
      x.map((row) => Float64Array.from(row)),
      dataApi.DataTable.fromRows(x.map(([x0, x1, x2]) => ({ x0: x0!, x1: x1!, x2: x2! }))).toMatrix(),
    ]) {
      expect((await report({ model, test: [same as never, three] })) === page).toBe(true);
    }
  });

  it('a class that the model does not know', async () => {
    const model = await new LogisticRegression().fit(x, three);
    const y = three.map((label, i) => (i < 3 ? 'unknown' : label));
    const page = await report({ model, test: [x, y] });
    expect(check(page)).toHaveProperty('curves');
    expect(Object.keys(scoresOf(parsePage(page)))).not.toContain('Log loss');
    expect(textOf(parsePage(page))).toContain('unknown');
  });

  it('a test of one class, and of one row', async () => {
    const model = await new LogisticRegression().fit(x, three);
    const one = three.indexOf('high');
    const rowsOfOne = x.filter((_, i) => three[i] === 'high');
    const sections = check(await report({ model, test: [rowsOfOne, rowsOfOne.map(() => 'high')] }));
    expect(sections).not.toHaveProperty('curves');
    check(await report({ model, test: [[x[one]!], ['high']] }));
    const line = await new LinearRegression().fit(x, numbers);
    check(await report({ model: line, test: [[x[0]!], [numbers[0]!]] }));
  });
});
