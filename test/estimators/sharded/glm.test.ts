import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import {
  configure,
  GammaRegressor,
  LogisticRegression,
  type LogisticRegressionParams,
  PoissonRegressor,
  shutdown,
} from '#steepest/index.js';
import { problem } from '../leastSquaresData.js';
import { DIVISIONS, partOf, ROWS } from './divisions.js';
import { onRanks } from './ranksInOneProcess.js';

beforeAll(() => void configure({ maxThreads: 64 }));
afterAll(shutdown);

const COLS = 19;
const { x, y, weight } = problem(ROWS, COLS, 1);
const X = { data: x, shape: [ROWS, COLS] };
const NAMES = ['ash', 'birch', 'cedar', 'elm'];
const labels = (classes: number): string[] =>
  Array.from(y, (value, i) => NAMES[Math.abs(Math.floor(value * 3 + (i % 7) / 3)) % classes]!);

const CASES: readonly [string, Partial<LogisticRegressionParams>, number][] = [
  ['newton', { penalty: 'none' }, 2],
  ['newton, three classes', { classWeight: 'balanced' }, 3],
  ['newtonCg', { solver: 'newtonCg', C: 0.1 }, 4],
  ['newtonCg, two classes', { solver: 'newtonCg', penalty: 'none' }, 2],
  ['lbfgs', { solver: 'lbfgs', fitIntercept: false, maxIter: 5 }, 3],
  ['coordinate', { penalty: 'l1', classWeight: { ash: 2 } }, 2],
  ['proximal', { penalty: 'elasticnet', solver: 'proximal', maxIter: 10 }, 2],
];

const logisticBits = (model: LogisticRegression) => ({
  coef: [...model.coef.data],
  intercept: [...model.intercept],
  classes: model.classes,
  nIter: model.nIter,
  inference: model.getParams().penalty === 'none' ? JSON.stringify(model.inference()) : '',
});

/** Each case has two of the divisions. */
const divisionsOf = (i: number) =>
  [DIVISIONS[i % DIVISIONS.length]!, DIVISIONS[(i + 4) % DIVISIONS.length]!].map((counts) => ({ counts }));

describe.each(CASES.map((each, i) => [...each, i] as const))(
  'logistic regression on rows of several ranks: %s',
  (_, params, classes, i) => {
    const all = labels(classes);
    it.each(divisionsOf(i))('rows $counts', async ({ counts }) => {
      const alone = await new LogisticRegression({ ...params, workers: 1 }).fit(X, all, {
        sampleWeight: weight,
      });
      const { outcomes, hub } = await onRanks(counts.length, async (cluster, rank) => {
        const { first, rows } = partOf(counts, rank);
        const model = new LogisticRegression({ ...params, workers: 1 + (rank % 2) });
        const part = { data: x.slice(first * COLS, (first + rows) * COLS), shape: [rows, COLS] };
        const sampleWeight = weight.slice(first, first + rows);
        await model.fit(part, all.slice(first, first + rows), { sampleWeight, cluster });
        return logisticBits(model);
      });
      expect(hub.stats.failures).toEqual([]);
      for (const outcome of outcomes) {
        expect(outcome).toEqual({ status: 'fulfilled', value: logisticBits(alone) });
      }
    });
  },
);

describe.each([
  ['PoissonRegressor', PoissonRegressor, {}, 0],
  ['PoissonRegressor, newtonCg', PoissonRegressor, { solver: 'newtonCg' as const, maxIter: 4 }, 1],
  ['GammaRegressor', GammaRegressor, { alpha: 0 }, 2],
] as const)('%s on rows of several ranks', (_, Regressor, params, i) => {
  const amounts = Float64Array.from(y, (value) => Math.round(1 + Math.abs(value)));
  const exposure = Float64Array.from(y, (_, i) => 1 + (i % 5) / 4);
  const bitsOf = (model: PoissonRegressor | GammaRegressor) => ({
    coef: [...model.coef.data],
    intercept: [...model.intercept],
    nIter: model.nIter,
    inference: model.getParams().alpha === 0 ? JSON.stringify(model.inference()) : '',
  });
  it.each(divisionsOf(i))('rows $counts', async ({ counts }) => {
    const options = { sampleWeight: weight, exposure };
    const alone = await new Regressor({ alpha: 0, workers: 1, ...params }).fit(X, amounts, options);
    const { outcomes, hub } = await onRanks(counts.length, async (cluster, rank) => {
      const { first, rows } = partOf(counts, rank);
      const end = first + rows;
      const model = new Regressor({ alpha: 0, workers: 1 + (rank % 2), ...params });
      const part = { data: x.slice(first * COLS, end * COLS), shape: [rows, COLS] };
      await model.fit(part, amounts.slice(first, end), {
        cluster,
        sampleWeight: weight.slice(first, end),
        exposure: exposure.slice(first, end),
      });
      return bitsOf(model);
    });
    expect(hub.stats.failures).toEqual([]);
    for (const outcome of outcomes) expect(outcome).toEqual({ status: 'fulfilled', value: bitsOf(alone) });
  });
});

it('samples of the rows, in many chunks of few columns', async () => {
  const rows = 140_000;
  const few = Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(i * i));
  const classes = Int32Array.from({ length: rows }, (_, i) => Number(few[2 * i]! + Math.cos(3 * i) > 0));
  const fitted = async (first: number, count: number, cluster?: Cluster) => {
    const model = new LogisticRegression({ solver: 'newtonCg', workers: 1, tol: 1e-9 });
    const data = few.slice(first * 2, (first + count) * 2);
    const options = cluster ? { cluster } : {};
    await model.fit({ data, shape: [count, 2] }, classes.slice(first, first + count), options);
    return logisticBits(model);
  };
  const alone = await fitted(0, rows);
  const { outcomes } = await onRanks(2, (cluster, rank) =>
    fitted([0, 61_000][rank]!, [61_000, 79_000][rank]!, cluster),
  );
  for (const outcome of outcomes) expect(outcome).toEqual({ status: 'fulfilled', value: alone });
});
