/** Selection over 1, 2, 3 and 5 ranks gives every rank what one process computes. */

import {
  crossValidate,
  crossValPredict,
  data,
  gridSearch,
  LogisticRegression,
  learningCurve,
  logUniform,
  permutationImportance,
  pipeline,
  randomizedSearch,
  StandardScaler,
  TimeSeriesSplit,
  validationCurve,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { onAllRanks } from './ranksInProcess.js';

const { x, y } = data.makeClassification({ nSamples: 90, nFeatures: 4, nInformative: 2, seed: 3 });
const make = () => pipeline(new StandardScaler(), new LogisticRegression());
const sampleWeight = Float64Array.from({ length: 90 }, (_, i) => 1 + (i % 3));
const RANKS = [1, 2, 3, 5];

/** A result without durations and functions; typed arrays and numbers as they are. */
function valuesOf(value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(valuesOf);
  const fields = Object.entries(value).filter(([name]) => !/TimeMs$/.test(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, valuesOf(field)]));
}

type Options = { cluster?: Cluster };

/** Every call that divides its jobs, as what it has found. */
const CALLS: Record<string, (options: Options) => Promise<unknown>> = {
  crossValidate: (options) =>
    crossValidate(make(), x, y, {
      ...options,
      cv: 4,
      sampleWeight,
      scoring: ['accuracy', 'negLogLoss'],
      returnTrainScore: true,
    }),
  'crossValidate with fewer folds than ranks': (options) =>
    crossValidate(make(), x, y, { ...options, cv: 2 }),
  gridSearch: async (options) => {
    const grid = { logisticRegression__C: [0.01, 1, 100], standardScaler__withMean: [true, false] };
    const search = gridSearch(make(), grid, { cv: 3, scoring: 'negLogLoss', returnTrainScore: true });
    await search.fit(x, y, { ...options, sampleWeight });
    const { results, bestParams, bestScore, bestIndex, bestEstimator } = search;
    return { results, bestParams, bestScore, bestIndex, learned: bestEstimator.toBytes() };
  },
  randomizedSearch: async (options) => {
    const space = { C: logUniform(0.001, 10) };
    const search = randomizedSearch(new LogisticRegression(), space, { nIter: 5, seed: 2, refit: false });
    const { results, bestParams } = await search.fit(x, y, options);
    return { results, bestParams };
  },
  crossValPredict: (options) => crossValPredict(make(), x, y, options),
  'probabilities of crossValPredict': (options) =>
    crossValPredict(make(), x, y, { ...options, method: 'predictProba', sampleWeight }),
  learningCurve: (options) => learningCurve(make(), x, y, { ...options, shuffle: true, seed: 4 }),
  validationCurve: (options) =>
    validationCurve(new LogisticRegression(), x, y, {
      ...options,
      cv: new TimeSeriesSplit({ nSplits: 4 }),
      paramName: 'C',
      paramRange: [0.01, 1, 10],
    }),
  permutationImportance: async (options) =>
    permutationImportance(await make().fit(x, y), x, y, { ...options, nRepeats: 3, maxSamples: 0.5 }),
};

describe.each(Object.entries(CALLS))('%s', (_, call) => {
  it.each(RANKS)('gives each of %i ranks what one process computes', async (size) => {
    const alone = valuesOf(await call({}));
    const all = await onAllRanks(size, (cluster) => call({ cluster }));
    expect(all).toHaveLength(size);
    for (const result of all) expect(valuesOf(result)).toEqual(alone);
  });
});

describe('durations', () => {
  it('are the same on all ranks', async () => {
    const [first, second] = await onAllRanks(2, (cluster) => crossValidate(make(), x, y, { cluster }));
    expect(first!.fitTimeMs).toEqual(second!.fitTimeMs);
    expect(String(first)).toBe(String(second));
  });
});

describe('returnEstimator', () => {
  it('gives every rank all fitted estimators', async () => {
    const options = { cv: 4, returnEstimator: true };
    const alone = await crossValidate(make(), x, y, options);
    const bytes = alone.estimators!.map((one) => one.toBytes());
    const expected = await alone.estimators![0]!.predictProba(x);
    for (const { estimators } of await onAllRanks(3, (cluster) =>
      crossValidate(make(), x, y, { ...options, cluster }),
    )) {
      expect(estimators!.map((one) => one.toBytes())).toEqual(bytes);
      expect(await estimators![0]!.predictProba(x)).toEqual(expected);
      expect(String(estimators![3])).toBe(String(alone.estimators![3]));
    }
  });
});

describe('jobs', () => {
  it('run once in all', async () => {
    let fits = 0;
    class Counting extends LogisticRegression {
      override fit(...given: Parameters<LogisticRegression['fit']>): Promise<this> {
        fits++;
        return super.fit(...given);
      }
    }
    await onAllRanks(3, (cluster) =>
      gridSearch(new Counting(), { C: [0.1, 1] }, { cv: 5, refit: false }).fit(x, y, { cluster }),
    );
    expect(fits).toBe(10);
  });

  it('of a search inside cross-validation belong to the rank of its fold', async () => {
    const inner = () => gridSearch(new LogisticRegression(), { C: [0.01, 1] }, { cv: 3 });
    const alone = await crossValidate(inner(), x, y, { cv: 3 });
    for (const { test } of await onAllRanks(2, (cluster) =>
      crossValidate(inner(), x, y, { cv: 3, cluster }),
    )) {
      expect(test).toEqual(alone.test);
    }
  });
});
