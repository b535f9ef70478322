/**
 * What holds for every estimator that predicts, after scikit-learn's list of checks for estimators: the registry is
 * walked, so that a new estimator is held to it from its first day.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '#steepest/index.js';
import {
  CalibratedClassifierCV,
  data as dataApi,
  ElasticNet,
  ElasticNetCV,
  estimatorTypes,
  FixedThresholdClassifier,
  FunctionTransformer,
  GammaRegressor,
  gridSearch,
  HuberRegressor,
  Lasso,
  LassoCV,
  LinearRegression,
  LogisticRegression,
  LogisticRegressionCV,
  layers,
  loadEstimator,
  MLPClassifier,
  MLPRegressor,
  type NdArray,
  NetworkClassifier,
  NetworkRegressor,
  PoissonRegressor,
  pipeline,
  QuantileRegressor,
  Ridge,
  RidgeCV,
  randomizedSearch,
  SGDClassifier,
  SGDRegressor,
  StandardScaler,
  sequential,
  shutdown,
  TransformedTargetRegressor,
  TunedThresholdClassifierCV,
} from '#steepest/index.js';

/** Any estimator that predicts. */
interface Predictor {
  fit(x: unknown, y: unknown, options?: object): Promise<Predictor>;
  predict(x: unknown): Promise<ArrayLike<unknown> | NdArray>;
  predictSync(x: unknown): ArrayLike<unknown> | NdArray;
  predictProba?(x: unknown): Promise<NdArray>;
  predictProbaSync?(x: unknown): NdArray;
  score(x: unknown, y: unknown, options?: object): Promise<number>;
  readonly featureNamesIn: readonly string[] | undefined;
  getParams(): object;
  setParams(params: object): Predictor;
  clone(): Predictor;
  save(path: string): Promise<void>;
}

const { DataTable } = dataApi;
/** A row of weight 0 would change the order of the others. */
const inOrder = { shuffle: false, maxIter: 50 };
const few = { maxIter: 30, hiddenLayerSizes: [6] };

/** Its inputs and outputs are fixed, as those of no other estimator are. */
function network(units: number, inputs = 3) {
  const activation = ['linear', 'sigmoid', 'softmax'][units - 1] ?? 'softmax';
  const loss = ['meanSquaredError', 'binaryCrossentropy', 'sparseCategoricalCrossentropy'][units - 1]!;
  const last = layers.dense({ units: units === 2 ? 1 : units, activation: activation as 'linear' });
  const first = layers.dense({ units: 4, activation: 'tanh', inputShape: [inputs] });
  return sequential({ layers: [first, last] }).compile({ optimizer: 'adam', loss: loss as 'mae' });
}

/** How to make one of each, quickly trained. */
const CLASSIFIERS: Record<string, (params?: object) => Predictor> = {
  LogisticRegression: (params) => new LogisticRegression(params) as Predictor,
  'LogisticRegression, newton': (params) =>
    new LogisticRegression({ solver: 'newton', ...params }) as Predictor,
  'LogisticRegression, L1': (params) => new LogisticRegression({ penalty: 'l1', ...params }) as Predictor,
  'LogisticRegression, sgd': (params) =>
    new LogisticRegression({ solver: 'sgd', maxIter: 30, ...params }) as Predictor,
  // One C: a row of weight 0 changes the folds, and so which C is the best.
  LogisticRegressionCV: (params) => new LogisticRegressionCV({ Cs: [1], cv: 3, ...params }) as Predictor,
  SGDClassifier: (params) =>
    new SGDClassifier({ ...inOrder, loss: 'logLoss', ...params }) as unknown as Predictor,
  'SGDClassifier, averaged': (params) =>
    new SGDClassifier({
      ...inOrder,
      loss: 'modifiedHuber',
      average: true,
      ...params,
    }) as unknown as Predictor,
  MLPClassifier: (params) => new MLPClassifier({ ...few, ...params }) as Predictor,
  NetworkClassifier: (params) =>
    new NetworkClassifier({ network: network(3), epochs: 9, ...params }) as Predictor,
  CalibratedClassifierCV: (params) =>
    new CalibratedClassifierCV({ estimator: new LogisticRegression(params), cv: 3 }) as Predictor,
  'CalibratedClassifierCV, isotonic': (params) =>
    new CalibratedClassifierCV({
      estimator: pipeline(new FunctionTransformer({ func: 'arcsinh' }), new LogisticRegression(params)),
      method: 'isotonic',
      ensemble: false,
      cv: 3,
    }) as Predictor,
};
const REGRESSORS: Record<string, (params?: object) => Predictor> = {
  LinearRegression: (params) => new LinearRegression(params) as unknown as Predictor,
  Ridge: (params) => new Ridge(params) as unknown as Predictor,
  RidgeCV: (params) => new RidgeCV(params) as unknown as Predictor,
  'RidgeCV, folds': (params) => new RidgeCV({ cv: 3, ...params }) as unknown as Predictor,
  Lasso: (params) => new Lasso({ alpha: 0.1, ...params }) as unknown as Predictor,
  LassoCV: (params) => new LassoCV({ alphas: 9, ...params }) as unknown as Predictor,
  ElasticNet: (params) => new ElasticNet({ alpha: 0.1, ...params }) as unknown as Predictor,
  ElasticNetCV: (params) => new ElasticNetCV({ alphas: 9, ...params }) as unknown as Predictor,
  PoissonRegressor: (params) => new PoissonRegressor(params) as unknown as Predictor,
  GammaRegressor: (params) => new GammaRegressor(params) as unknown as Predictor,
  HuberRegressor: (params) => new HuberRegressor(params) as unknown as Predictor,
  QuantileRegressor: (params) => new QuantileRegressor({ alpha: 0.01, ...params }) as unknown as Predictor,
  SGDRegressor: (params) => new SGDRegressor({ ...inOrder, ...params }) as unknown as Predictor,
  MLPRegressor: (params) => new MLPRegressor({ ...few, ...params }) as unknown as Predictor,
  NetworkRegressor: (params) =>
    new NetworkRegressor({ network: network(1), epochs: 9, ...params }) as unknown as Predictor,
  TransformedTargetRegressor: (params) =>
    new TransformedTargetRegressor({
      regressor: new Ridge(params),
      transformer: new StandardScaler(),
    }) as unknown as Predictor,
  'TransformedTargetRegressor, func': () =>
    new TransformedTargetRegressor({ func: 'log', inverseFunc: 'exp' }) as unknown as Predictor,
  // Weights belong to the last step.
  Pipeline: (params) =>
    pipeline(new FunctionTransformer({ func: 'arcsinh' }), new Ridge(params)) as unknown as Predictor,
};
/** Classifiers of two classes only. */
const BINARY: Record<string, (params?: object) => Predictor> = {
  FixedThresholdClassifier: (params) =>
    new FixedThresholdClassifier({ estimator: new LogisticRegression(params), threshold: 0.4 }) as Predictor,
  TunedThresholdClassifierCV: (params) =>
    new TunedThresholdClassifierCV({ estimator: new LogisticRegression(params), cv: 3 }) as Predictor,
};
/**
 * More that predict at once. Searches become their best estimator in a file, and so are no class
 * that is registered.
 */
const MORE: Record<string, () => Predictor> = {
  'FixedThresholdClassifier of a classifier, by decisionFunction': () =>
    new FixedThresholdClassifier({
      estimator: pipeline(new StandardScaler(), new LogisticRegression()),
      responseMethod: 'decisionFunction',
      threshold: 0.2,
      posLabel: 'high',
    }) as Predictor,
  'TunedThresholdClassifierCV of a classifier without probabilities': () =>
    new TunedThresholdClassifierCV({
      estimator: gridSearch(new LogisticRegression(), { C: [0.1, 1] }, { cv: 3 }) as never,
      responseMethod: 'decisionFunction',
      cv: 3,
    }) as Predictor,
  'gridSearch of a classifier': () =>
    gridSearch(new LogisticRegression(), { C: [0.1, 1] }, { cv: 3 }) as unknown as Predictor,
  'randomizedSearch of a regressor': () =>
    randomizedSearch(new Ridge(), { alpha: [0.1, 1, 10] }, { nIter: 2, cv: 3 }) as unknown as Predictor,
  'gridSearch of a pipeline': () =>
    gridSearch(
      pipeline(new StandardScaler(), new Ridge()),
      { ridge__alpha: [0.1, 1] },
      { cv: 3 },
    ) as unknown as Predictor,
};

const ROWS = 40;
const COLS = 3;
const wave = (i: number): number => Math.sin(i * 78.233) * 2;
const data = Float64Array.from({ length: ROWS * COLS }, (_, i) => wave(i));
const X: NdArray = { data, shape: [ROWS, COLS] };
const numbers = Array.from(
  { length: ROWS },
  (_, i) => 2 * data[i * COLS]! - data[i * COLS + 1]! + wave(i + 7) / 10,
);
/** Not in sorted order of appearance. */
const labels = numbers.map((v) => (v > 1 ? 'high' : v > -1 ? 'middle' : 'low'));
const nested = Array.from({ length: ROWS }, (_, i) => [...data.subarray(i * COLS, (i + 1) * COLS)]);

const isHigh = numbers.map((v) => (v > 0 ? 'high' : 'low'));

/** Targets that an estimator can learn. */
const targetsOf = (name: string): unknown[] => {
  if (name in BINARY || name.includes('of a classifier')) return isHigh;
  if (name in CLASSIFIERS) return labels;
  return /Poisson|Gamma|func/.test(name) ? numbers.map(Math.exp) : numbers;
};
const cases = (makers: Record<string, (params?: object) => Predictor>) =>
  Object.entries(makers).map(([name, make]) => ({
    name,
    make,
    y: targetsOf(name),
    classifies: name in CLASSIFIERS || name in BINARY || name.includes('of a classifier'),
  }));
const all = cases({ ...CLASSIFIERS, ...BINARY, ...REGRESSORS });

const values = (predicted: ArrayLike<unknown> | NdArray): unknown[] =>
  Array.from('data' in predicted ? (predicted as NdArray).data : (predicted as ArrayLike<unknown>));

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterAll(shutdown);

it('covers every registered estimator that predicts', () => {
  const covered = new Set(all.map(({ name }) => name.split(',')[0]));
  const classes = api as unknown as Record<string, { prototype: object }>;
  const predictors = estimatorTypes().filter((type) => 'predict' in classes[type]!.prototype);
  expect(predictors.filter((type) => !covered.has(type))).toEqual([]);
});

describe.each([...all, ...cases(MORE)])('$name', ({ make, y, classifies }) => {
  it('predicts at once with the same bits: a row by position or by name, or a table', async () => {
    const records = nested.map(([a, b, c]) => ({ c, a, b }));
    const model = await make().fit(
      DataTable.fromRows(nested.map(([a, b, c]) => ({ a: a!, b: b!, c: c! }))),
      y,
    );
    const expected = values(await model.predict(X));
    const proba = classifies ? await model.predictProba!(X) : undefined;
    for (const x of [X, nested, records]) {
      expect(values(model.predictSync(x))).toEqual(expected);
      if (classifies) expect(model.predictProbaSync!(x)).toEqual(proba);
    }
    for (const i of [0, 7, ROWS - 1]) {
      const row = nested[i]!;
      for (const x of [row, Float64Array.from(row), [row], records[i], [{ ...records[i], d: 'x' }]]) {
        expect(values(model.predictSync(x))).toEqual([expected[i]]);
        const { data: one } = classifies ? model.predictProbaSync!(x) : {};
        const width = (proba?.data.length ?? 0) / ROWS;
        expect(one).toEqual((proba?.data as Float64Array | undefined)?.slice(i * width, (i + 1) * width));
      }
    }
    expect(() => model.predictSync([1, 2])).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => model.predictSync([1, Number.NaN, 2])).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_FINITE' }),
    );
    expect(() => make().predictSync(nested)).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
  });
});

describe.each(all)('$name', ({ name, make, y, classifies }) => {
  it('gives the same answer for every form of the same table', async () => {
    const rounded = data.map(Math.fround);
    const forms = [
      { data: rounded, shape: X.shape },
      { data: Float32Array.from(rounded), shape: X.shape },
      Array.from({ length: ROWS }, (_, i) => [...rounded.subarray(i * COLS, (i + 1) * COLS)]),
    ];
    const answers = await Promise.all(
      forms.map(async (x) => values(await (await make().fit(x, y)).predict(x))),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('matches columns by name, and takes the target by its name', async () => {
    const names = ['age', 'b', 'c'];
    const records = nested.map(([age, b, c], i) => ({ age, b, c, target: y[i] as never }));
    const table = DataTable.fromRows(records);
    const fromNumbers = await make().fit(nested, y);
    const expected = values(await fromNumbers.predict(nested));
    const score = await fromNumbers.score(nested, y);
    for (const x of [table, records]) {
      const model = await make().fit(x, 'target');
      expect(model.featureNamesIn).toEqual(names);
      const shuffled = records.map(({ age, b, c }, i) => (i % 2 ? { spare: 'x', c, age, b } : { b, c, age }));
      for (const rows of [x, shuffled, table.select(['c', 'target', 'b', 'age']), nested]) {
        expect(values(await model.predict(rows))).toEqual(expected);
      }
      expect(await model.score(x, 'target')).toBe(score);
      expect(await model.score(shuffled, y)).toBe(score);
      const folder = mkdtempSync(join(tmpdir(), 'steepest-'));
      const path = join(folder, 'named.safetensors');
      await model.save(path);
      const loaded = (await loadEstimator(path)) as unknown as Predictor;
      rmSync(folder, { recursive: true });
      expect(loaded.featureNamesIn).toEqual(names);
      expect(values(await loaded.predict(shuffled))).toEqual(expected);
      const misspelt = records.map(({ age, b, c }) => ({ agee: age, b, c }));
      await expect(model.predict(misspelt)).rejects.toThrow(
        /column 'age', as in fit.*Did you mean 'age' by 'agee'/,
      );
      const gaps = shuffled.map((row, i) => (i === 5 ? { ...row, b: undefined } : row));
      await expect(model.predict(gaps)).rejects.toThrow(/NaN at row 5, column 'b'/);
      await expect(model.predict(records.map((row) => ({ ...row, b: 'x' })))).rejects.toThrow(/text in 'b'/);
    }
    await expect(make().fit(table, 'targte')).rejects.toThrow(/target.*Did you mean 'target'/);
    await expect(make().fit(nested, 'target')).rejects.toThrow(/named columns/);
    expect(fromNumbers.featureNamesIn).toBeUndefined();
    await expect(fromNumbers.predict(records)).rejects.toThrow(/no names.*no order/);
    expect(() => make().featureNamesIn).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
  });

  it('accepts bytes', async () => {
    const bytes = { data: Uint8Array.from(data, (v) => (v + 2) * 60), shape: X.shape };
    const doubles = { data: Float64Array.from(bytes.data), shape: X.shape };
    const given = values(await (await make().fit(bytes, y)).predict(bytes));
    expect(given).toEqual(values(await (await make().fit(doubles, y)).predict(doubles)));
  });

  it('learns the same from the same table again, and never changes it', async () => {
    const before = data.slice();
    const truth = [...y];
    const model = await make().fit(X, y);
    const first = values(await model.predict(X));
    await model.fit(X, y);
    expect(values(await model.predict(X))).toEqual(first);
    expect(data).toEqual(before);
    expect(y).toEqual(truth);
  });

  // What computes in one thread has no such parameter.
  if ('workers' in make().getParams()) {
    it('learns the same with 1, 2 and 3 workers', async () => {
      const expected = values(await (await make({ workers: 1 }).fit(X, y)).predict(X));
      for (const workers of [2, 3]) {
        expect(values(await (await make({ workers }).fit(X, y)).predict(X))).toEqual(expected);
      }
    });
  }

  it('learns from one column, and with a constant column', async () => {
    const column = nested.map(([v]) => [v]);
    // A network has a fixed number of inputs.
    const withInputs = (inputs: number) =>
      name.startsWith('Network') ? make({ network: network(classifies ? 3 : 1, inputs) }) : make();
    expect(values(await (await withInputs(1).fit(column, y)).predict(column))).toHaveLength(ROWS);
    const constant = nested.map((row) => [...row, 7]);
    const model = await withInputs(4).fit(constant, y);
    expect(values(await model.predict(constant))).toHaveLength(ROWS);
    expect(Number.isFinite(await model.score(constant, y))).toBe(true);
  });

  it(
    classifies ? 'refuses a single sample, which has a single class' : 'learns from a single sample',
    async () => {
      const fit = make().fit([nested[0]], [y[0]]);
      if (classifies) await expect(fit).rejects.toMatchObject({ code: 'ERR_LABEL_RANGE' });
      // Nothing is left to fit where the sample is left out.
      else if (name.includes('CV')) await expect(fit).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
      else expect(values(await (await fit).predict([nested[0]])).every(Number.isFinite)).toBe(true);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d among the samples', async (bad) => {
    const broken = nested.map((row, i) => (i === 5 ? [row[0], bad, row[2]] : row));
    await expect(make().fit(broken, y)).rejects.toMatchObject({ code: 'ERR_NOT_FINITE', given: /row 5/ });
    const model = await make().fit(X, y);
    await expect(model.predict(broken)).rejects.toMatchObject({ code: 'ERR_NOT_FINITE' });
  });

  it.each([
    ['no rows', [], [], 'ERR_EMPTY'],
    [
      'rows of different lengths',
      [[1, 2], [3], [1, 2], [1, 2], [1, 2], [1, 2]],
      [1, 2, 1, 2, 1, 2],
      'ERR_RAGGED',
    ],
    ['text', [['a'], ['b']], [1, 2], 'ERR_ARGUMENT'],
    ['more samples than targets', [[1], [2], [3]], [1, 2], 'ERR_SHAPE'],
    ['a shape that lies', { data: new Float64Array(5), shape: [2, 3] }, [1, 2], 'ERR_SHAPE'],
    ['null', null, [1, 2], 'ERR_SHAPE'],
  ])('refuses %s', async (_what, x, targets, code) => {
    await expect(make().fit(x, targets)).rejects.toMatchObject({ code });
  });

  it('asks for fit before predict, and then for the columns of fit', async () => {
    await expect(make().predict(X)).rejects.toMatchObject({ code: 'ERR_NOT_FITTED' });
    const model = await make().fit(X, y);
    await expect(model.predict([[1, 2]])).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });

  it.each([
    [[1, 2], 'ERR_SHAPE'],
    [Array(ROWS).fill(-1), 'ERR_ARGUMENT'],
    [Array(ROWS).fill(0), 'ERR_ARGUMENT'],
  ])('refuses the weights %o', async (sampleWeight, code) => {
    await expect(make().fit(X, y, { sampleWeight })).rejects.toMatchObject({ code });
  });

  it('does not learn from rows of weight 0', async () => {
    // One mini-batch of all rows, or the composition of batches would differ as well.
    const params = 'batchSize' in make().getParams() ? { batchSize: 100 } : {};
    const rows = [...nested, [50, -50, 50]];
    const sampleWeight = [...Array(ROWS).fill(1), 0];
    const model = await make(params).fit(rows, [...y, y[0]], { sampleWeight });
    const expected = values(await (await make(params).fit(X, y)).predict(X));
    values(await model.predict(X)).forEach((v, i) => {
      if (typeof v === 'number') expect(v).toBeCloseTo(expected[i] as number, 2);
      else expect(v).toBe(expected[i]);
    });
  });

  it('can be aborted, and then knows what it knew', async () => {
    const model = await make().fit(X, y);
    const before = values(await model.predict(X));
    const fit = model.fit(X, [...y].reverse(), { signal: AbortSignal.abort() });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(values(await model.predict(X))).toEqual(before);
  });

  it('lists, changes and copies its hyper-parameters', async () => {
    const model = make();
    const params = model.getParams();
    expect(model.setParams(params).getParams()).toEqual(params);
    expect(() => model.setParams({ noSuchThing: 1 })).toThrow(/noSuchThing/);
    await model.fit(X, y);
    const copy = model.clone();
    expect(copy.getParams()).toEqual(params);
    await expect(copy.predict(X)).rejects.toMatchObject({ code: 'ERR_NOT_FITTED' });
  });

  it('travels through a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-'));
    try {
      const path = join(folder, 'estimator.safetensors');
      const model = await make().fit(X, y);
      await model.save(path);
      const again = (await loadEstimator(path)) as unknown as Predictor;
      expect(again.constructor).toBe(model.constructor);
      // Networks are compared by their descriptions, in which their layers have names.
      const described = (one: Predictor) => {
        const { network: inside, ...rest } = one.getParams() as { network?: { config: object } };
        return { ...rest, network: inside?.config };
      };
      expect(described(again)).toEqual(described(model));
      expect(values(await again.predict(X))).toEqual(values(await model.predict(X)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each(Object.entries(CLASSIFIERS))('%s', (name, make) => {
  it.each([
    [
      ['b', 'a', 'c'],
      ['a', 'b', 'c'],
    ],
    [
      [10, 9, -1],
      [-1, 9, 10],
    ],
    [
      [true, false],
      [false, true],
    ],
  ])('sorts the classes %o', async (given, sorted) => {
    const y = Array.from({ length: ROWS }, (_, i) => given[i % given.length]);
    const params = name.startsWith('Network') ? { network: network(given.length) } : {};
    const model = (await make(params).fit(X, y)) as Predictor & { classes: unknown[] };
    expect(model.classes).toEqual(sorted);
    for (const label of values(await model.predict(X))) expect(sorted).toContain(label);
  });
});
