import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { configure, LinearRegression, Ridge, shutdown } from '#steepest/index.js';
import { problem } from '../leastSquaresData.js';
import { DIVISIONS, partOf, ROWS } from './divisions.js';
import { onRanks } from './ranksInOneProcess.js';

beforeAll(() => void configure({ maxThreads: 64 }));
afterAll(shutdown);

type Numbers = Float64Array | Float32Array | Uint8Array;

/** A table whose rows ranks share. */
interface Table {
  x: Numbers;
  y: Float64Array;
  targets: number;
  weight?: Float64Array;
}

type Model = LinearRegression | Ridge;

/** Fits some of the rows. */
async function fitted(
  model: Model,
  { x, y, targets, weight }: Table,
  first: number,
  rows: number,
  cluster?: Cluster,
) {
  const cols = (x.length * targets) / y.length;
  const end = first + rows;
  const options = {
    ...(weight ? { sampleWeight: weight.slice(first, end) } : {}),
    ...(cluster ? { cluster } : {}),
  };
  await model.fit(
    { data: x.slice(first * cols, end * cols), shape: [rows, cols] },
    { data: y.slice(first * targets, end * targets), shape: [rows, targets] },
    options,
  );
  const exact = model instanceof LinearRegression;
  return {
    coef: [...model.coef.data],
    intercept: [...model.intercept],
    rank: exact && model.rank,
    singularValues: exact && [...model.singularValues],
    inference: exact && model.rank === cols && JSON.stringify(model.inference()),
  };
}

async function expectSameBits(make: (workers: number) => Model, table: Table, counts: readonly number[]) {
  const alone = await fitted(make(1), table, 0, table.y.length / table.targets);
  const { outcomes, hub } = await onRanks(counts.length, (cluster, rank) => {
    const { first, rows } = partOf(counts, rank);
    return fitted(make(1 + (rank % 2)), table, first, rows, cluster);
  });
  expect(hub.stats.failures).toEqual([]);
  for (const outcome of outcomes) expect(outcome).toEqual({ status: 'fulfilled', value: alone });
  return hub;
}

describe('least squares on rows of several ranks', () => {
  const { x, y, weight } = problem(ROWS, 19, 2);

  it.each(DIVISIONS.map((counts) => ({ counts })))('rows $counts', async ({ counts }) => {
    const hub = await expectSameBits(
      (workers) => new LinearRegression({ workers }),
      { x, y, targets: 2, weight },
      counts,
    );
    // At most a block for each rank moves.
    expect(hub.stats.movedBytes).toBeLessThan(counts.length * 5_376 * (19 + 2 + 1) * 8);
  });

  it('tables in shared memory, whose rows are read in place', async () => {
    const shared = new Float64Array(new SharedArrayBuffer(x.byteLength));
    shared.set(x);
    const whole = await fitted(new Ridge(), { x, y, targets: 2, weight }, 0, ROWS);
    const { outcomes } = await onRanks(3, async (cluster, rank) => {
      const { first, rows } = partOf([10_000, 10_011, 10_000], rank);
      const end = first + rows;
      const options = { sampleWeight: weight.subarray(first, end), cluster };
      const data = shared.subarray(first * 19, end * 19);
      const targets = { data: y.subarray(first * 2, end * 2), shape: [rows, 2] };
      const model = await new Ridge().fit({ data, shape: [rows, 19] }, targets, options);
      return [...model.coef.data];
    });
    for (const outcome of outcomes) expect(outcome).toEqual({ status: 'fulfilled', value: whole.coef });
  });

  it('more blocks than accumulators', async () => {
    const large = problem(290_000, 15, 1);
    const table = { x: large.x, y: large.y, targets: 1 };
    await expectSameBits((workers) => new Ridge({ workers }), table, [100_000, 90_001, 99_999]);
  });

  it.each([[[1_111, 1_000, 901]], [[3_012, 0]]])(
    'more columns than normal equations take: %j',
    async (counts) => {
      const wide = problem(3_012, 300, 1);
      await expectSameBits(
        (workers) => new Ridge({ alpha: 0.5, workers }),
        { x: wide.x, y: wide.y, targets: 1 },
        counts,
      );
    },
  );

  it('nearly dependent columns, whose solution is refined', async () => {
    const rows = 12_000;
    const tight = Float64Array.from({ length: rows * 3 }, (_, i) => {
      const t = Math.floor(i / 3) / rows;
      return [t, t * t, t + 1e-5 * Math.sin(40 * t)][i % 3]!;
    });
    const values = Float64Array.from({ length: rows }, (_, i) => Math.cos((9 * i) / rows) + 2);
    await expectSameBits(
      (workers) => new LinearRegression({ workers }),
      { x: tight, y: values, targets: 1 },
      [7_000, 5_000],
    );
  });

  it('columns that depend on each other', async () => {
    const twice = Float64Array.from({ length: 9_000 * 2 }, (_, i) => Math.sin(Math.floor(i / 2)));
    const values = Float64Array.from({ length: 9_000 }, (_, i) => i % 17);
    await expectSameBits(
      (workers) => new LinearRegression({ workers }),
      { x: twice, y: values, targets: 1 },
      [4_000, 5_000],
    );
  });

  it('columns whose range the first rows do not show', async () => {
    const rows = 16_000;
    const late = Float64Array.from({ length: rows * 2 }, (_, i) =>
      i % 2 === 0 ? Math.sin(i) : i < rows ? 0 : Math.cos(i) * 1e-170,
    );
    const values = Float64Array.from({ length: rows }, (_, i) => i % 13);
    await expectSameBits(
      (workers) => new LinearRegression({ workers }),
      { x: late, y: values, targets: 1 },
      [9_000, 100, 6_900],
    );
  });

  it('first rows without weight', async () => {
    const none = weight.map((w, i) => (i < 11_000 ? 0 : w));
    const table = { x, y, targets: 2, weight: none };
    await expectSameBits(
      (workers) => new LinearRegression({ fitIntercept: false, workers }),
      table,
      [6_000, 24_011],
    );
  });

  it.each([
    ['float32', Float32Array.from(x)],
    ['uint8', Uint8Array.from(x, (v) => Math.round(Math.abs(v) * 40) % 256)],
  ])('%s', async (_, numbers) => {
    await expectSameBits(
      (workers) => new Ridge({ alpha: [1, 0], workers }),
      { x: numbers, y, targets: 2 },
      [10_001, 20_010],
    );
  });
});
