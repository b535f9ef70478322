import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import {
  configure,
  data,
  LinearRegression,
  LogisticRegression,
  PoissonRegressor,
  Ridge,
  SteepestError,
  shutdown,
} from '#steepest/index.js';
import { onRanks } from './ranksInOneProcess.js';

beforeAll(() => void configure({ maxThreads: 64 }));
afterAll(shutdown);

const X = [[0], [1], [2], [3]];
const Y = [1, 3, 5, 8];

type Fit = (cluster: Cluster, rank: number) => Promise<unknown>;

/** The error that all ranks reject with, which has to be one. */
async function refusalOf(size: number, fitted: Fit): Promise<SteepestError> {
  const { outcomes, hub } = await onRanks(size, fitted);
  expect(hub.stats.failures).toEqual([]);
  const errors = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
  for (const error of errors) {
    expect(error).toBeInstanceOf(SteepestError);
    expect({ code: error.code, message: error.message }).toEqual({
      code: errors[0].code,
      message: errors[0].message,
    });
  }
  return errors[0];
}

describe('all ranks refuse what one of them cannot do, and name it', () => {
  const nan = [[0], [1], [Number.NaN], [3]];
  const cases: readonly [string, string, RegExp, Fit][] = [
    [
      'NaN in X, least squares',
      'ERR_NOT_FINITE',
      /finite numbers in X, given on rank 2: NaN at row 2, column 0/,
      (cluster, rank) => new Ridge().fit(rank === 2 ? nan : X, Y, { cluster }),
    ],
    [
      'NaN in X, logistic regression',
      'ERR_NOT_FINITE',
      /on rank 1: NaN at row 2/,
      (cluster, rank) =>
        new LogisticRegression().fit(rank === 1 ? nan : X, ['a', 'b', 'a', 'b'], { cluster }),
    ],
    [
      'NaN in y',
      'ERR_NOT_FINITE',
      /finite numbers in y, given on rank 0: NaN at row 1/,
      (cluster, rank) => new LinearRegression().fit(X, rank === 0 ? [0, Number.NaN, 1, 2] : Y, { cluster }),
    ],
    [
      'targets that the distribution cannot have',
      'ERR_ARGUMENT',
      /on rank 1: -1 at row 3/,
      (cluster, rank) =>
        new PoissonRegressor().fit(X, rank === 1 ? [0, 1, 1, -1] : [0, 1, 1, 2], { cluster }),
    ],
    [
      'another number of columns',
      'ERR_SHAPE',
      /columns of X on every rank as on rank 0: 1, without names, given on rank 2: 2, without names/,
      (cluster, rank) => new Ridge().fit(rank === 2 ? X.map(([v]) => [v!, v!]) : X, Y, { cluster }),
    ],
    [
      'other names',
      'ERR_SHAPE',
      /as on rank 0: \[ ?'age' ?\], given on rank 1: \[ ?'size' ?\]/,
      (cluster, rank) => new Ridge().fit(new data.DataTable({ [['age', 'size'][rank]!]: Y }), Y, { cluster }),
    ],
    [
      'rows of y on one rank, a list on another',
      'ERR_SHAPE',
      /y on every rank as on rank 0: a list, given on rank 1: rows of 1/,
      (cluster, rank) => new Ridge().fit(X, rank === 1 ? Y.map((v) => [v]) : Y, { cluster }),
    ],
    [
      'weights on one rank only',
      'ERR_SHAPE',
      /sampleWeight on every rank as on rank 0: none, given on rank 1: given/,
      (cluster, rank) =>
        new PoissonRegressor().fit(X, Y, { cluster, ...(rank === 1 ? { sampleWeight: Y } : {}) }),
    ],
    [
      'another hyperparameter',
      'ERR_CLUSTER',
      /alpha on every rank as on rank 0: 0, given on rank 1: 1/,
      (cluster, rank) => new Ridge({ alpha: rank }).fit(X, Y, { cluster }),
    ],
    [
      'another estimator',
      'ERR_CLUSTER',
      /estimator on every rank as on rank 0: Ridge, given on rank 1: LinearRegression/,
      (cluster, rank) => new [Ridge, LinearRegression][rank]!().fit(X, Y, { cluster }),
    ],
    [
      'kernels with other bits',
      'ERR_CLUSTER',
      /kernels on every rank/,
      (cluster, rank) =>
        new Ridge().fit(X, Y, { cluster, backend: 'typescript', numerics: rank === 0 ? 'exact' : 'default' }),
    ],
    [
      'labels of another type',
      'ERR_SHAPE',
      /type of the classes in y on every rank as on rank 0: string, given on rank 1: number/,
      (cluster, rank) =>
        new LogisticRegression().fit(X, rank === 0 ? ['a', 'b', 'a', 'b'] : [0, 1, 0, 1], { cluster }),
    ],
    [
      'a single class on all ranks together',
      'ERR_LABEL_RANGE',
      /at least two classes/,
      (cluster) => new LogisticRegression().fit(X, ['a', 'a', 'a', 'a'], { cluster }),
    ],
    ['no rows at all', 'ERR_EMPTY', /no rows/, (cluster) => new Ridge().fit([], [], { cluster })],
    [
      'weights that are all 0 on all ranks',
      'ERR_ARGUMENT',
      /sampleWeight to have a weight above 0/,
      (cluster) => new Ridge().fit(X, Y, { cluster, sampleWeight: [0, 0, 0, 0] }),
    ],
    [
      'an option that only one rank has',
      'ERR_UNKNOWN_NAME',
      /on rank 1: .*wieght/,
      (cluster, rank) => new Ridge().fit(X, Y, { cluster, ...(rank === 1 ? { wieght: 1 } : {}) } as object),
    ],
    [
      'a stream',
      'ERR_ARGUMENT',
      /a table of this rank's rows, with a cluster, given on rank 0: a stream/,
      (cluster) =>
        new Ridge().fit(
          (async function* () {
            yield { x: X, y: Y };
          })(),
          undefined,
          { cluster },
        ),
    ],
    [
      'a descent',
      'ERR_ARGUMENT',
      /solver 'sgd'/,
      (cluster) => new LinearRegression({ solver: 'sgd' }).fit(X, Y, { cluster }),
    ],
    [
      'a descent of a classifier',
      'ERR_ARGUMENT',
      /solver 'gd'/,
      (cluster) => new LogisticRegression({ solver: 'gd' }).fit(X, ['a', 'b', 'a', 'b'], { cluster }),
    ],
    [
      'another start of a fit with warmStart',
      'ERR_CLUSTER',
      /start on every rank as on rank 0: zeros, given on rank 1: the coefficients of an earlier fit/,
      async (cluster, rank) => {
        const model = new PoissonRegressor({ warmStart: true });
        if (rank === 1) await model.fit(X, Y);
        return model.fit(X, Y, { cluster });
      },
    ],
    [
      'an abort before the fit',
      'ERR_ABORTED',
      /on rank 1: an abort/,
      (cluster, rank) =>
        new Ridge().fit(X, Y, { cluster, ...(rank === 1 ? { signal: AbortSignal.abort() } : {}) }),
    ],
  ];

  it.each(cases)('%s', async (name, code, message, fitted) => {
    const size = /rank 2/.test(message.source) ? 3 : 2;
    const error = await refusalOf(size, fitted);
    expect(error.message, name).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('what is no cluster', async () => {
    await expect(new Ridge().fit(X, Y, { cluster: { rank: 0 } as unknown as Cluster })).rejects.toMatchObject(
      {
        code: 'ERR_ARGUMENT',
        expected: "Ridge.fit.cluster to be what cluster() of 'steepest/cluster' resolves to",
      },
    );
  });
});

describe('an abort of one rank ends the fit of all', () => {
  const rows = 200_000;
  const x = { data: Float64Array.from({ length: rows * 16 }, (_, i) => Math.sin(i)), shape: [rows, 16] };
  const y = Float64Array.from({ length: rows }, (_, i) => i % 2);
  const aborting =
    (fitted: (cluster: Cluster, signal: AbortSignal) => Promise<unknown>): Fit =>
    (cluster, rank) => {
      const controller = new AbortController();
      if (rank === 1) setTimeout(() => controller.abort(), 30);
      return fitted(cluster, controller.signal);
    };

  it('in the middle of a solver', async () => {
    const model = () => new LogisticRegression({ solver: 'lbfgs', tol: 1e-300, maxIter: 1e6, workers: 1 });
    const error = await refusalOf(
      2,
      aborting((cluster, signal) => model().fit(x, y, { cluster, signal })),
    );
    expect(error.message).toMatch(/on rank 1: an abort/);
  });

  it('in the middle of a pass', async () => {
    const error = await refusalOf(
      3,
      aborting(async (cluster, signal) => {
        for (;;) await new LinearRegression({ workers: 2 }).fit(x, y, { cluster, signal });
      }),
    );
    expect(error.message).toMatch(/on rank 1: an abort/);
  });
});

describe('tables', () => {
  const table = (names: readonly string[], from: number, to: number) =>
    new data.DataTable(
      Object.fromEntries(
        names.map((name) => [
          name,
          Array.from({ length: to - from }, (_, i) => {
            const row = from + i;
            return { a: Math.sin(row), b: row % 7, price: 3 * Math.sin(row) + (row % 7) + 1 / (1 + row) }[
              name
            ]!;
          }),
        ]),
      ),
    );

  it('match their columns by name, and keep the order of the first rank with rows', async () => {
    const alone = await new LinearRegression().fit(table(['b', 'a', 'price'], 0, 90), 'price');
    const { outcomes } = await onRanks(3, async (cluster, rank) => {
      const orders = [
        ['a', 'b', 'price'],
        ['b', 'a', 'price'],
        ['price', 'a', 'b'],
      ];
      const part = table(orders[rank]!, [0, 0, 50][rank]!, [0, 50, 90][rank]!);
      const model = await new LinearRegression().fit(part, 'price', { cluster });
      return {
        names: model.featureNamesIn,
        coef: [...model.coef.data],
        isVector: model.predictSync([[1, 2]]).length,
      };
    });
    for (const outcome of outcomes) {
      expect(outcome).toEqual({
        status: 'fulfilled',
        value: { names: ['b', 'a'], coef: [...alone.coef.data], isVector: 1 },
      });
    }
  });

  it('of other types of numbers, whose columns become float64', async () => {
    const x = Float32Array.from({ length: 60 }, (_, i) => Math.fround(Math.sin(i)));
    const y = Array.from({ length: 20 }, (_, i) => i % 3);
    const alone = await new Ridge().fit({ data: Float64Array.from(x), shape: [20, 3] }, y);
    const { outcomes } = await onRanks(2, async (cluster, rank) => {
      const part = rank === 0 ? x.slice(0, 21) : Float64Array.from(x.slice(21));
      const values = rank === 0 ? y.slice(0, 7) : y.slice(7);
      const model = await new Ridge().fit({ data: part, shape: [part.length / 3, 3] }, values, { cluster });
      return [...model.coef.data];
    });
    for (const outcome of outcomes)
      expect(outcome).toEqual({ status: 'fulfilled', value: [...alone.coef.data] });
  });

  it('without rows may be lists, arrays or tables', async () => {
    const alone = await new PoissonRegressor().fit(X, Y, { offset: Y });
    const empty = [[], { data: new Float64Array(0), shape: [0, 1] }, new data.DataTable({ a: [] })];
    for (const x of empty) {
      const { outcomes } = await onRanks(2, async (cluster, rank) => {
        const model = new PoissonRegressor();
        if (rank === 0) await model.fit(x as never, [], { cluster, offset: [] });
        else
          await model.fit(x instanceof data.DataTable ? new data.DataTable({ a: [0, 1, 2, 3] }) : X, Y, {
            cluster,
            offset: Y,
          });
        return [...model.coef.data];
      });
      for (const outcome of outcomes)
        expect(outcome).toEqual({ status: 'fulfilled', value: [...alone.coef.data] });
    }
  });

  it('in shared memory are read in place, where no rows move in', async () => {
    const values = new Float64Array(new SharedArrayBuffer(8 * 40));
    values.set(Array.from({ length: 40 }, (_, i) => Math.cos(i)));
    const { outcomes } = await onRanks(2, async (cluster, rank) => {
      const part =
        rank === 0 ? { data: new Float64Array(0), shape: [0, 2] } : { data: values, shape: [20, 2] };
      const y = rank === 0 ? [] : Array.from({ length: 20 }, (_, i) => i);
      return [...(await new Ridge().fit(part, y, { cluster })).coef.data];
    });
    const alone = await new Ridge().fit(
      { data: values, shape: [20, 2] },
      Array.from({ length: 20 }, (_, i) => i),
    );
    for (const outcome of outcomes)
      expect(outcome).toEqual({ status: 'fulfilled', value: [...alone.coef.data] });
  });
});

describe('warnings', () => {
  const warnings: string[] = [];
  const take = (warning: Error): void => void warnings.push(warning.message);
  beforeAll(() => void process.on('warning', take));
  afterEach(() => void process.off('warning', take));

  it('come from rank 0 alone', async () => {
    const { outcomes } = await onRanks(3, (cluster) =>
      new LogisticRegression({ maxIter: 1, tol: 1e-12 }).fit(X, ['a', 'b', 'a', 'b'], { cluster }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.filter((text) => text.startsWith('LogisticRegression stopped'))).toHaveLength(1);
  });
});
