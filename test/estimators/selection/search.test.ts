import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  columnTransformer,
  crossValidate,
  data,
  gridSearch,
  KFold,
  LogisticRegression,
  loadEstimator,
  metrics,
  OneHotEncoder,
  PolynomialFeatures,
  pipeline,
  SimpleImputer,
  StandardScaler,
} from 'steepest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';

const code = (name: string) => expect.objectContaining({ code: name });
const { x, y } = data.makeClassification({ nSamples: 120, nFeatures: 5, flipY: 0.1, seed: 4 });
const model = () => pipeline(new StandardScaler(), new LogisticRegression());

afterEach(() => {
  vi.restoreAllMocks();
});

describe('crossValidate', () => {
  it('gives the same whatever runs side by side', async () => {
    const [one, two, many] = await Promise.all(
      [1, 2, 7].map((nJobs) => crossValidate(model(), x, y, { nJobs, cv: 6, scoring: 'negLogLoss' })),
    );
    expect(two!.test).toEqual(one!.test);
    expect(many!.test).toEqual(one!.test);
  });

  it('leaves the estimator and the data as they were', async () => {
    const estimator = model();
    const before = structuredClone(x);
    const result = await crossValidate(estimator, x, y, { returnEstimator: true });
    expect(x).toEqual(before);
    await expect(estimator.predict(x)).rejects.toThrow(code('ERR_NOT_FITTED'));
    expect(result.estimators!.length).toBe(5);
    expect((await result.estimators![0]!.predict(x)).length).toBe(120);
  });

  it('takes functions for scores, under names of their own', async () => {
    const result = await crossValidate(model(), x, y, {
      cv: 3,
      scoring: {
        own: async (estimator, xTest, yTest) =>
          metrics.accuracyScore(yTest as never, await estimator.predict(xTest as never)),
        named: 'accuracy',
      },
    });
    expect(result.test.own).toEqual(result.test.named);
    expect(result.mean.own).toBeCloseTo(result.test.own!.reduce((sum, v) => sum + v, 0) / 3, 14);
    const bad = crossValidate(model(), x, y, { scoring: (() => 'good') as never });
    await expect(bad).rejects.toThrow(code('ERR_ARGUMENT'));
  });

  it('takes folds of any kind', async () => {
    const folds = new KFold({ nSplits: 3, shuffle: true, seed: 9 });
    const a = await crossValidate(model(), x, y, { cv: folds });
    const b = await crossValidate(model(), x, y, { cv: folds.split(120) });
    expect(a.test).toEqual(b.test);
  });

  it('takes tables with text, and lists', async () => {
    const n = 60;
    const table = new data.DataTable({
      size: Array.from({ length: n }, (_, i) => (i % 7 === 0 ? Number.NaN : i % 10)),
      color: Array.from({ length: n }, (_, i) => ['red', 'blue', null][i % 3]!),
    });
    const labels = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 'warm' : 'cold'));
    const estimator = pipeline(
      columnTransformer([
        ['size', pipeline(new SimpleImputer(), new StandardScaler()), 'size'],
        ['color', new OneHotEncoder(), 'color'],
      ]),
      new LogisticRegression(),
    );
    const result = await crossValidate(estimator, table, labels, { scoring: ['accuracy', 'f1', 'rocAuc'] });
    expect([...result.test.accuracy!]).toEqual([1, 1, 1, 1, 1]);
    expect([...result.test.rocAuc!]).toEqual([1, 1, 1, 1, 1]);
    const cells = table.toRows().map(({ size, color }) => [size!, color!]);
    const byNumber = pipeline(
      columnTransformer([
        ['size', pipeline(new SimpleImputer(), new StandardScaler()), 0],
        ['color', new OneHotEncoder(), 1],
      ]),
      new LogisticRegression(),
    );
    const again = await crossValidate(byNumber, cells, labels, { scoring: ['accuracy', 'f1', 'rocAuc'] });
    expect(again.test).toEqual(result.test);
  });

  it('weighs the rows that are learned from', async () => {
    const weights = Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const result = await crossValidate(new LogisticRegression(), x, y, {
      cv: new KFold({ nSplits: 2 }),
      sampleWeight: weights,
      returnEstimator: true,
    });
    const even = Array.from({ length: 30 }, (_, i) => 60 + 2 * i);
    const part = {
      data: Float64Array.from(even.flatMap((row) => [...x.data.subarray(row * 5, row * 5 + 5)])),
      shape: [30, 5],
    };
    const alone = await new LogisticRegression().fit(
      part,
      even.map((row) => y.data[row]!),
    );
    result.estimators![0]!.coef.data.forEach((value, i) => {
      expect(value).toBeCloseTo(alone.coef.data[i]!, 3);
    });
  });

  it('passes on what a fit throws, or counts it and warns', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const failing = pipeline(new PolynomialFeatures(), new LogisticRegression());
    const holed = { data: x.data.slice(), shape: x.shape };
    holed.data[0] = Number.NaN;
    await expect(crossValidate(failing, holed, y)).rejects.toThrow(code('ERR_NOT_FINITE'));
    const result = await crossValidate(failing, holed, y, { errorScore: Number.NaN, cv: new KFold() });
    // The first row is learned from in all folds but the first, where it is predicted.
    expect([...result.test.score!].every(Number.isNaN)).toBe(true);
    expect(warn).toHaveBeenCalledTimes(5);
  });

  it('ends at once on abort, with nothing left running', async () => {
    const controller = new AbortController();
    const big = data.makeClassification({ nSamples: 5000, nFeatures: 30, seed: 1 });
    const slow = new LogisticRegression({ tol: 1e-14, maxIter: 100000, C: 1e9 });
    const run = crossValidate(slow, big.x, big.y, { cv: 50, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(run).rejects.toThrow(code('ERR_ABORTED'));
    await expect(crossValidate(model(), x, y, { signal: AbortSignal.abort() })).rejects.toThrow(
      code('ERR_ABORTED'),
    );
  });

  it('prints a table', async () => {
    const text = String(
      await crossValidate(model(), x, y, { cv: 3, scoring: ['accuracy', 'f1'], returnTrainScore: true }),
    );
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^fold +accuracy +f1 +accuracy, train +f1, train +fit ms$/);
    expect(lines.length).toBe(2 + 3 + 2);
    expect(lines.at(-2)).toMatch(/^mean +0\.\d{4}/);
  });

  it.each<[string, object, string]>([
    ['an unknown score', { scoring: 'accuracies' }, 'ERR_UNKNOWN_NAME'],
    ['no score', { scoring: [] }, 'ERR_ARGUMENT'],
    ['an unknown option', { folds: 3 }, 'ERR_UNKNOWN_NAME'],
    ['one fold', { cv: 1 }, 'ERR_ARGUMENT'],
    ['folds of nothing', { cv: [] }, 'ERR_ARGUMENT'],
    ['rows that are not there', { cv: [{ train: [0, 1], test: [500] }] }, 'ERR_ARGUMENT'],
    ['no jobs', { nJobs: 0 }, 'ERR_ARGUMENT'],
    ['too few weights', { sampleWeight: [1] }, 'ERR_SHAPE'],
    ['another error score', { errorScore: 'warn' }, 'ERR_ARGUMENT'],
  ])('refuses %s before any fit', async (_, options, name) => {
    const fit = vi.spyOn(LogisticRegression.prototype, 'fit');
    await expect(crossValidate(new LogisticRegression(), x, y, options)).rejects.toThrow(code(name));
    expect(fit).not.toHaveBeenCalled();
  });
});

describe('gridSearch', () => {
  it('shares its threads among all fits', async () => {
    const search = gridSearch(
      new LogisticRegression(),
      { C: [0.01, 0.1, 1, 10] },
      { nJobs: 2, refit: false },
    );
    await search.fit(x, y);
    // Two fits at once, each with one thread: two threads, whatever other tests left.
    const before = idleThreads().length;
    await search.fit(x, y);
    expect(idleThreads().length).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  it('is an estimator: it predicts with the best, and can be cross-validated', async () => {
    const search = gridSearch(
      model(),
      { logisticRegression__C: [1e-4, 1] },
      { cv: 3, scoring: 'negLogLoss' },
    );
    await search.fit(x, y);
    expect(search.bestParams).toEqual({ logisticRegression__C: 1 });
    const alone = await pipeline(new StandardScaler(), new LogisticRegression({ C: 1 })).fit(x, y);
    expect(await search.predictProba(x)).toEqual(await alone.predictProba(x));
    expect(search.classes).toEqual([0, 1]);
    expect(await search.score(x, y)).toBeCloseTo(
      -metrics.logLoss(y, (await alone.predictProba(x)) as { data: Float64Array; shape: readonly number[] }),
      12,
    );
    const nested = await crossValidate(search, x, y, { cv: 3, scoring: 'accuracy' });
    expect(nested.test.score!.length).toBe(3);
    expect(search.refitTimeMs).toBeGreaterThan(0);
  });

  it('can be a step of a pipeline, and is saved as the best that it found', async () => {
    const search = gridSearch(new LogisticRegression(), { C: [0.01, 1] }, { cv: 3 });
    const outer = pipeline(['scale', new StandardScaler()], ['search', search]);
    await expect(search.save(join(tmpdir(), 'nothing.safetensors'))).rejects.toThrow(code('ERR_NOT_FITTED'));
    await outer.fit(x, y);
    const folder = await mkdtemp(join(tmpdir(), 'steepest-search-'));
    try {
      const path = join(folder, 'outer.safetensors');
      await outer.save(path);
      const loaded = (await loadEstimator(path)) as unknown as typeof outer;
      expect(await loaded.predict(x)).toEqual(await outer.predict(x));
      expect(loaded.namedSteps.search!.type).toBe('LogisticRegression');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('swaps whole steps, in several grids', async () => {
    const search = gridSearch(
      pipeline(['scale', new StandardScaler()], ['model', new LogisticRegression()]),
      [
        { model__C: [0.1, 1] },
        {
          scale: [new PolynomialFeatures({ includeBias: false })],
          model: [new LogisticRegression({ C: 5 })],
        },
      ],
      { cv: 3, returnTrainScore: true },
    );
    await search.fit(x, y);
    expect(search.results.length).toBe(3);
    expect(search.results[0]!.train!.score!.folds.length).toBe(3);
    const lines = String(search.results).split('\n');
    expect(lines[0]).toMatch(/^rank +model +model__C +scale +score +fit ms$/);
    expect(lines[2]).toMatch(/^ +1 /);
    expect(String(search.results)).toMatch(/PolynomialFeatures/);
  });

  it('leaves the choice to one of several scores, or makes none', async () => {
    const grid = { C: [0.01, 1] };
    const scoring = ['accuracy', 'negLogLoss'] as const;
    expect(() => gridSearch(new LogisticRegression(), grid, { scoring })).toThrow(code('ERR_ARGUMENT'));
    expect(() => gridSearch(new LogisticRegression(), grid, { scoring, refit: 'f1' })).toThrow(
      code('ERR_UNKNOWN_NAME'),
    );
    const chosen = await gridSearch(new LogisticRegression(), grid, { scoring, refit: 'negLogLoss' }).fit(
      x,
      y,
    );
    expect(chosen.bestScore).toBe(chosen.results[chosen.bestIndex]!.test.negLogLoss!.mean);
    const none = await gridSearch(new LogisticRegression(), grid, { scoring, refit: false }).fit(x, y);
    expect(() => none.bestParams).toThrow(code('ERR_NOT_FITTED'));
    await expect(none.predict(x)).rejects.toThrow(code('ERR_NOT_FITTED'));
  });

  it('finds the best without fitting it again if told so', async () => {
    const search = await gridSearch(
      new LogisticRegression(),
      { C: [1e-5, 1] },
      { refit: false, scoring: 'negLogLoss' },
    ).fit(x, y);
    expect(search.bestParams).toEqual({ C: 1 });
    expect(() => search.bestEstimator).toThrow(code('ERR_NOT_FITTED'));
  });

  it('refuses wrong names and values before any fit, and keeps what it had found', async () => {
    const fit = vi.spyOn(LogisticRegression.prototype, 'fit');
    await expect(gridSearch(new LogisticRegression(), { c: [1] }).fit(x, y)).rejects.toThrow(
      code('ERR_UNKNOWN_NAME'),
    );
    await expect(gridSearch(new LogisticRegression(), { C: [1, -1] }).fit(x, y)).rejects.toThrow(
      code('ERR_ARGUMENT'),
    );
    expect(fit).not.toHaveBeenCalled();
    expect(() => gridSearch(new LogisticRegression(), { C: [] })).toThrow(code('ERR_ARGUMENT'));
    expect(() => gridSearch(new LogisticRegression(), [])).toThrow(code('ERR_EMPTY'));
    const search = gridSearch(new LogisticRegression(), { C: [0.1, 1] });
    expect(() => search.bestParams).toThrow(code('ERR_NOT_FITTED'));
    await search.fit(x, y);
    const { bestScore } = search;
    await expect(search.fit(x, y, { signal: AbortSignal.abort() })).rejects.toThrow(code('ERR_ABORTED'));
    expect(search.bestScore).toBe(bestScore);
  });
});

it('scores a user’s own estimator', async () => {
  // A regressor that predicts 0, which scikit-learn's formulas give known scores.
  const zeros = {
    async fit() {},
    clone: () => zeros,
    getParams: () => ({}),
    setParams: () => zeros,
    predict: async (rows: { shape: readonly number[] }) => new Float64Array(rows.shape[0]!),
  };
  const one = await crossValidate(zeros, [[1], [2], [3], [4]], [1, -1, 2, -2], {
    cv: 2,
    scoring: ['r2', 'negMeanSquaredError', 'negRootMeanSquaredError', 'negMeanAbsoluteError'] as never,
  });
  expect([...one.test.negMeanSquaredError!]).toEqual([-1, -4]);
  expect([...one.test.negRootMeanSquaredError!]).toEqual([-1, -2]);
  expect([...one.test.negMeanAbsoluteError!]).toEqual([-1, -2]);
  expect([...one.test.r2!]).toEqual([0, 0]);
  await expect(crossValidate(zeros, [[1], [2], [3], [4]], [1, -1, 2, -2], { cv: 2 })).rejects.toThrow(
    code('ERR_ARGUMENT'),
  );
});
