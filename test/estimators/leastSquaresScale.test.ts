import { afterAll, describe, expect, it } from 'vitest';
import { LinearRegression, Ridge, type RowBatch, shutdown } from '#steepest/index.js';
import { problem } from './leastSquaresData.js';

afterAll(shutdown);

const ROWS = 60;
const COLS = 4;
const { x, y, weight } = problem(ROWS, COLS, 1);
const table = (data: Float64Array) => ({ data, shape: [ROWS, COLS] });
const times = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);

/** Far beyond what can be squared, and near the ends of float64. */
const POWERS = [-980, -700, -500, -130, 130, 500, 700, 980];

describe('least squares of very small and very large numbers', () => {
  it.each(POWERS)('has the same digits with columns times 2^%i', async (k) => {
    const plain = await new LinearRegression().fit(table(x), y, { sampleWeight: weight });
    const other = await new LinearRegression().fit(table(times(x, 2 ** k)), y, { sampleWeight: weight });
    const back = (values: Float64Array): Float64Array => times(values, 2 ** -k);
    expect(other.coef.data).toEqual(back(plain.coef.data));
    expect(other.intercept).toEqual(plain.intercept);
    expect(other.rank).toBe(COLS);
    const [a, b] = [plain.inference(), other.inference()];
    expect(b.standardErrors.coef.data).toEqual(back(a.standardErrors.coef.data));
    expect({ ...b, standardErrors: 0 }).toEqual({ ...a, standardErrors: 0 });
    expect(other.singularValues).toEqual(times(plain.singularValues, 2 ** k));
  });

  it.each(POWERS)('has the same digits with targets times 2^%i', async (k) => {
    const plain = await new LinearRegression().fit(table(x), y, { sampleWeight: weight });
    const other = await new LinearRegression().fit(table(x), times(y, 2 ** k), { sampleWeight: weight });
    expect(other.coef.data).toEqual(times(plain.coef.data, 2 ** k));
    expect(other.intercept).toEqual(times(plain.intercept, 2 ** k));
    expect(other.inference().tValues).toEqual(plain.inference().tValues);
  });

  it.each([-480, -130, 130, 480])(
    'Ridge has the same digits with columns times 2^%i and alpha times its square',
    async (k) => {
      for (const alpha of [1e-12, 1, 1e9]) {
        const plain = await new Ridge({ alpha }).fit(table(x), y, { sampleWeight: weight });
        const other = await new Ridge({ alpha: alpha * 2 ** (2 * k) }).fit(table(times(x, 2 ** k)), y, {
          sampleWeight: weight,
        });
        expect(other.coef.data).toEqual(times(plain.coef.data, 2 ** -k));
        expect(other.intercept).toEqual(plain.intercept);
      }
    },
  );

  it.each([-990, -301, 301, 700])('has the same digits with weights times 2^%i', async (k) => {
    const plain = await new LinearRegression().fit(table(x), y, { sampleWeight: weight });
    const heavy = { sampleWeight: times(weight, 2 ** k) };
    const other = await new LinearRegression().fit(table(x), y, heavy);
    expect([other.coef, other.intercept]).toEqual([plain.coef, plain.intercept]);
    const [a, b] = [plain.inference(), other.inference()];
    expect(b.standardErrors).toEqual(a.standardErrors);
    expect(b.residualStandardError[0]! / 2 ** (k / 2)).toBeCloseTo(a.residualStandardError[0]!, 12);
    // A penalty is measured by the weights.
    const ridge = await new Ridge({ alpha: 0.75 }).fit(table(x), y, { sampleWeight: weight });
    const heavier = await new Ridge({ alpha: 0.75 * 2 ** k }).fit(table(x), y, heavy);
    expect(heavier.coef).toEqual(ridge.coef);
  });

  it('keeps the digits that a penalty leaves of tiny columns: Xᵀ(y − ȳ) / alpha', async () => {
    for (const size of [2 ** -40, 2 ** -480, 2 ** -900]) {
      const own = times(x, size);
      const model = await new Ridge({ alpha: 1 }).fit(table(own), y);
      const mean = y.reduce((sum, value) => sum + value, 0) / ROWS;
      for (let j = 0; j < COLS; j++) {
        let along = 0;
        for (let i = 0; i < ROWS; i++) along += own[i * COLS + j]! * (y[i]! - mean);
        expect(model.coef.data[j]! / along, `${size}, column ${j}`).toBeCloseTo(1, 10);
      }
    }
  });

  it('reads a table again whose first rows do not tell how large its numbers are', async () => {
    // A column of zeros that goes on with numbers whose squares
    // vanish, and one of ones that goes on with huge ones.
    for (const factor of [2 ** -520, 2 ** 520]) {
      const rows = 6000;
      const late = problem(rows, 2, 1, 3);
      const own = late.x.map((value, at) => (at % 2 === 0 ? value : at < 11_000 ? 0 : value));
      const scaled = own.map((value, at) => (at % 2 === 0 ? value : value * factor));
      for (const fitIntercept of [true, false]) {
        const plain = await new LinearRegression({ fitIntercept, tol: 0 }).fit(
          { data: own, shape: [rows, 2] },
          late.y,
        );
        const again = { data: scaled, shape: [rows, 2] };
        const model = await new LinearRegression({ fitIntercept, tol: 0 }).fit(again, late.y);
        expect(model.rank).toBe(2);
        expect(model.coef.data[0]).toBeCloseTo(plain.coef.data[0]!, 12);
        expect(model.coef.data[1]! * factor).toBeCloseTo(plain.coef.data[1]!, 12);
        function* stream(): Iterable<RowBatch> {
          for (let i = 0; i < rows; i += 1000) {
            yield {
              x: { data: scaled.slice(2 * i, 2 * i + 2000), shape: [1000, 2] },
              y: late.y.slice(i, i + 1000),
            };
          }
        }
        await expect(new LinearRegression({ fitIntercept }).fit(stream())).rejects.toMatchObject({
          code: 'ERR_NOT_FINITE',
        });
      }
    }
  });

  it('refuses coefficients that float64 cannot hold', async () => {
    const fit = new LinearRegression().fit(table(times(x, 2 ** -900)), times(y, 2 ** 900));
    await expect(fit).rejects.toMatchObject({
      code: 'ERR_NOT_FINITE',
      given: expect.stringContaining('y is too large'),
    });
  });
});
