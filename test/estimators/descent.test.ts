import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type KernelOptions,
  LinearRegression,
  type LinearRegressionParams,
  loadEstimator,
  shutdown,
} from '#steepest/index.js';
import { problem } from './leastSquaresData.js';

afterAll(shutdown);

const ROWS = 600;
const COLS = 4;
const { x, y, weight } = problem(ROWS, COLS, 2);
/** Columns of very different sizes, away from 0. */
const data = x.map((value, i) => 100 * (i % COLS) + 10 ** (i % COLS) * value);
const X = { data, shape: [ROWS, COLS] };
const Y = { data: y, shape: [ROWS, 2] };

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
];

/** Largest difference of the fitted values, by their spread. */
async function distance(params: Partial<LinearRegressionParams>, options: object): Promise<number> {
  const { fitIntercept } = params;
  const exact = await new LinearRegression({ fitIntercept }).fit(X, Y, options);
  const model = await new LinearRegression(params).fit(X, Y, options);
  const [given, wanted] = await Promise.all(
    [model, exact].map(async (m) => ((await m.predict(X)) as { data: Float64Array }).data),
  );
  const spread = Math.max(...wanted!) - Math.min(...wanted!);
  return Math.max(...given!.map((value, i) => Math.abs(value - wanted![i]!))) / spread;
}

describe.each(KERNELS)('descent with the kernels of $name', ({ name: _name, ...kernels }) => {
  it.each([
    { fitIntercept: true, weighted: false },
    { fitIntercept: true, weighted: true },
    { fitIntercept: false, weighted: false },
    { fitIntercept: false, weighted: true },
  ])('goes to the least-squares solution: $fitIntercept, $weighted', async ({ fitIntercept, weighted }) => {
    const options = { ...kernels, ...(weighted && { sampleWeight: weight }) };
    expect(await distance({ solver: 'gd', fitIntercept, tol: 1e-12, maxIter: 5000 }, options)).toBeLessThan(
      1e-4,
    );
    expect(await distance({ solver: 'gd', fitIntercept, momentum: 0.9 }, options)).toBeLessThan(1e-3);
    // As near as single steps on 32 rows let it come.
    expect(await distance({ solver: 'sgd', fitIntercept }, options)).toBeLessThan(3e-2);
  });

  it('finds a line of one column in one step', async () => {
    const model = await new LinearRegression({ solver: 'gd' }).fit([[1], [2], [4]], [3, 5, 9], kernels);
    expect(model.coef.data[0]).toBeCloseTo(2, 5);
    expect(model.intercept[0]).toBeCloseTo(1, 5);
    expect(model.nIter).toBeLessThan(10);
  });
});

describe('descent', () => {
  it('has the same bits for any number of workers, and others for another seed', async () => {
    const learn = async (workers: number, seed: number): Promise<number[]> => {
      const model = new LinearRegression({ solver: 'sgd', workers, seed, maxIter: 20 });
      await model.fit(X, Y);
      return [...model.coef.data, ...model.intercept];
    };
    const expected = await learn(1, 3);
    for (const workers of [2, 3, 5]) expect(await learn(workers, 3)).toEqual(expected);
    expect(await learn(1, 4)).not.toEqual(expected);
  });

  it('says what to do when it has not converged or has diverged', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const model = await new LinearRegression({ solver: 'gd', maxIter: 2 }).fit(X, Y);
    expect(model.nIter).toBe(2);
    expect(await warned).toMatchObject({ code: 'STEEPEST_NOT_CONVERGED', message: /maxIter/ });
    const before = model.coef;
    await expect(model.setParams({ learningRate: 1e30 }).fit(X, Y)).rejects.toMatchObject({
      code: 'ERR_DIVERGED',
    });
    expect(model.coef).toEqual(before);
  });

  it('has no rank and no inference, and takes no stream', async () => {
    const model = await new LinearRegression({ solver: 'gd' }).fit(X, Y);
    expect(() => model.rank).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    expect(() => model.singularValues).toThrow(/'qr'/);
    expect(() => model.inference()).toThrow(/'qr'/);
    async function* stream() {
      yield { x: [[1], [2]], y: [1, 2] };
    }
    await expect(new LinearRegression({ solver: 'sgd' }).fit(stream())).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
    });
  });

  it('refuses NaN with row and column', async () => {
    const spoilt = { ...X, data: data.slice() };
    spoilt.data[7] = Number.NaN;
    await expect(new LinearRegression({ solver: 'gd' }).fit(spoilt, Y)).rejects.toMatchObject({
      code: 'ERR_NOT_FINITE',
      given: 'NaN at row 1, column 3',
    });
  });

  it('comes back from a file as it was', async () => {
    const model = await new LinearRegression({ solver: 'gd' }).fit(X, Y);
    const path = join(tmpdir(), `steepest-descent-${process.pid}.safetensors`);
    await model.save(path);
    const again = await loadEstimator(path, LinearRegression);
    expect(again.nIter).toBe(model.nIter);
    expect(await again.predict(X)).toEqual(await model.predict(X));
  });
});

describe.each(['gd', 'sgd'] as const)('descent by %s', (solver) => {
  const rows = 40;
  const table = (factor: number) => ({
    data: Float64Array.from({ length: rows * 3 }, (_, at) => factor * (at % 3 === 2 ? 14.62 : x[at]!)),
    shape: [rows, 3],
  });
  const target = y.slice(0, rows);
  const sampleWeight = Array.from({ length: rows }, (_, i) => 0.1 + ((i * 7) % 11) / 3);

  it('leaves out a constant column', async () => {
    const model = await new LinearRegression({ solver }).fit(table(1), target, { sampleWeight });
    expect(model.coef.data[2]).toBe(0);
    expect(Math.abs(model.intercept[0]!)).toBeLessThan(10);
  });

  it.each([-900, -300, 300, 900])(
    'ends at the same line with columns times 2^%i and weights of any size',
    async (k) => {
      const plain = await new LinearRegression({ solver }).fit(table(1), target, { sampleWeight });
      const heavy = { sampleWeight: sampleWeight.map((w) => w * 2 ** (k / 2)) };
      const other = await new LinearRegression({ solver }).fit(table(2 ** k), target, heavy);
      expect(other.coef.data).toEqual(plain.coef.data.map((value) => value * 2 ** -k));
      expect(other.intercept).toEqual(plain.intercept);
    },
  );
});
