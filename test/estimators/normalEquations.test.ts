import { afterAll, describe, expect, it } from 'vitest';
import { type KernelOptions, LinearRegression, Ridge, type RowBatch, shutdown } from '#steepest/index.js';
import { shared } from './leastSquaresData.js';

afterAll(shutdown);

const COEF = [3, -2, 7, 1, -5];
const INTERCEPT = 11;
/** More than one block of rows, and an uneven end. */
const PAIRS = 11_003;

/**
 * Whole numbers whose least-squares solution is exact by construction: each row of X comes twice,
 * with residuals e and −e, which are therefore orthogonal to all columns. Columns are a common part
 * times `common` plus an own part: the larger the common part, the worse their condition.
 */
function exactProblem(common: number, change: (row: number[], i: number) => number[] = (row) => row) {
  const x: number[] = [];
  const y: number[] = [];
  let squares = 0;
  for (let i = 0; i < PAIRS; i++) {
    const shared = common * (((i * 7919) % 1009) - 504);
    const row = change(
      COEF.map((_, j) => shared + ((i * (31 + 12 * j) + (j + 1) * Math.floor(i / 41)) % (97 + 2 * j)) - 48),
      i,
    );
    const fit = row.reduce((sum, value, j) => sum + value * COEF[j]!, INTERCEPT);
    const e = 1 + ((i * 13) % 29);
    for (const sign of [1, -1]) {
      x.push(...row);
      y.push(fit + sign * e);
      squares += e * e;
    }
  }
  const rows = 2 * PAIRS;
  const residual = Math.sqrt(squares / (rows - COEF.length - 1));
  return { x: { data: shared(Float64Array.from(x)), shape: [rows, COEF.length] }, y, residual };
}

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
];

/** The largest relative error of parameters whose values are whole numbers. */
function errorOf(model: LinearRegression): number {
  const wanted = [INTERCEPT, ...COEF];
  const given = [model.intercept[0]!, ...model.coef.data];
  return Math.max(...given.map((value, j) => Math.abs(value / wanted[j]! - 1)));
}

describe.each(KERNELS)('normal equations with the kernels of $name', ({ name: _name, ...kernels }) => {
  // From columns that hardly depend on each other, past the limit beyond which blocks are reflected
  // (a sum of variance inflation factors of 4096), to far beyond.
  it.each([0, 2, 8, 16, 64, 1024])('lose no digit where the common part is %d', async (common) => {
    const { x, y, residual } = exactProblem(common);
    const model = await new LinearRegression({ refine: false }).fit(x, y, kernels);
    expect(errorOf(model)).toBeLessThan(common < 64 ? 1e-12 : 1e-10);
    expect(Math.abs(model.inference().residualStandardError[0]! / residual - 1)).toBeLessThan(1e-11);
    expect(model.rank).toBe(COEF.length);
  });

  it('take columns that are 0 or constant in whole blocks', async () => {
    const { x, y } = exactProblem(1, (row, i) =>
      row.map((value, j) =>
        j === 1 ? Number(i > PAIRS / 2) : j === 3 ? (i < PAIRS - 5 ? 0 : value) : value,
      ),
    );
    const model = await new LinearRegression({ refine: false }).fit(x, y, kernels);
    expect(errorOf(model)).toBeLessThan(1e-11);
  });

  it('take targets of their own, and weights', async () => {
    const { x, y } = exactProblem(2);
    const both = y.flatMap((value, i) => [
      value,
      1e6 * (i % 2 === 0 ? 1 : -1) + x.data[i * COEF.length + 2]!,
    ]);
    const weight = y.map((_, i) => 1 + (Math.floor(i / 2) % 3));
    const model = new LinearRegression({ refine: false });
    await model.fit(
      x,
      { data: Float64Array.from(both), shape: [y.length, 2] },
      { sampleWeight: weight, ...kernels },
    );
    expect(Math.max(...COEF.map((value, j) => Math.abs(model.coef.data[j]! / value - 1)))).toBeLessThan(
      1e-12,
    );
    // The residuals of the second target are a million times as large as what the columns explain.
    [0, 0, 1, 0, 0].forEach((value, j) => {
      expect(Math.abs(model.coef.data[COEF.length + j]! - value)).toBeLessThan(1e-8);
    });
  });
});

describe('normal equations', () => {
  it('give the same bits for any number of workers, and for a stream', async () => {
    const { x, y } = exactProblem(3);
    async function* batches(): AsyncIterable<RowBatch> {
      for (let at = 0; at < y.length; at += 977) {
        const last = Math.min(y.length, at + 977);
        const data = x.data.slice(at * COEF.length, last * COEF.length);
        yield { x: { data, shape: [last - at, COEF.length] }, y: y.slice(at, last) };
      }
    }
    const expected = [...(await new Ridge({ workers: 1 }).fit(x, y)).coef.data];
    for (const workers of [2, 3, 7]) {
      expect([...(await new Ridge({ workers }).fit(x, y)).coef.data]).toEqual(expected);
      expect([...(await new Ridge({ workers }).fit(batches())).coef.data]).toEqual(expected);
    }
  });
});
