import { describe, expect, it } from 'vitest';
import { QuantileRegressor } from '#steepest/index.js';
import { centredNumbers } from '../support/random.js';

function table(rows: number, cols: number) {
  const next = centredNumbers(5);
  const x = Array.from({ length: rows }, () => Array.from({ length: cols }, next));
  const y = x.map((row) => row.reduce((sum, v, j) => sum + v * ((j % 3) - 1), 0) + 4 * next() ** 3);
  return { x, y };
}

/** Solves a·u = b by Gauss's elimination with partial pivoting. */
function solve(a: number[][], b: number[]): number[] {
  const m = a.map((row, i) => [...row, b[i]!]);
  m.forEach((_, k) => {
    const at = m.reduce(
      (best, row, i) => (i >= k && Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? i : best),
      k,
    );
    [m[k], m[at]] = [m[at]!, m[k]!];
    m.forEach((row, i) => {
      const factor = i === k ? 0 : row[k]! / m[k]![k]!;
      row.forEach((_, j) => {
        row[j]! -= factor * m[k]![j]!;
      });
    });
  });
  return m.map((row, k) => row.at(-1)! / row[k]!);
}

/** The smallest value with at least this share of all up to it. */
const quantileOf = (values: number[], quantile: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * quantile) - 1]!;

describe('QuantileRegressor', () => {
  // A point is optimal if and only if factors d exist, q·w above and (q − 1)·w below the plane and
  // between these on it, whose sum with the rows is 0. (Koenker, "Quantile Regression", §2.2.2)
  it.each([
    [3000, 8, 0.3, false],
    [3000, 8, 0.95, true],
    [90, 40, 0.5, true],
  ])('ends at a vertex with a dual: %i × %i, quantile %d', async (rows, cols, q, weighted) => {
    const { x, y } = table(rows, cols);
    const w = y.map((_, i) => (weighted ? 1 + (i % 4) : 1));
    const model = await new QuantileRegressor({ quantile: q, alpha: 0 }).fit(x, y, { sampleWeight: w });
    const residuals = model.predictSync(x).map((value, i) => y[i]! - value);
    const on = [...residuals.keys()].filter((i) => Math.abs(residuals[i]!) < 1e-12);
    expect(on).toHaveLength(cols + 1);
    const full = x.map((row) => [...row, 1]);
    const rest = new Array<number>(cols + 1).fill(0);
    residuals.forEach((r, i) => {
      if (on.includes(i)) return;
      for (let j = 0; j <= cols; j++) rest[j]! -= full[i]![j]! * w[i]! * (r > 0 ? q : q - 1);
    });
    const d = solve(
      rest.map((_, j) => on.map((i) => full[i]![j]!)),
      rest,
    );
    on.forEach((i, k) => {
      expect(d[k]).toBeGreaterThan(w[i]! * (q - 1) - 1e-9);
      expect(d[k]).toBeLessThan(w[i]! * q + 1e-9);
    });
  });

  it('is the quantile of y where x says nothing', async () => {
    const y = table(101, 1).y;
    for (const q of [0.1, 0.5, 0.77]) {
      const flat = await new QuantileRegressor({ quantile: q }).fit(
        y.map(() => [7]),
        y,
      );
      expect(flat.intercept[0]).toBeCloseTo(quantileOf(y, q), 12);
      const penalised = await new QuantileRegressor({ quantile: q, alpha: 1e300 }).fit(table(101, 1).x, y);
      expect([...penalised.coef.data]).toEqual([0]);
      expect(penalised.intercept[0]).toBeCloseTo(quantileOf(y, q), 12);
    }
  });

  it('finds the quantile of each of a few groups with many equal rows', async () => {
    const groups = [0, 1, 0, 1, 1].flatMap((x) => Array.from({ length: 300 }, (_, i) => [x, i % 5]));
    const x = groups.map(([group]) => [group!, 1 - group!]);
    const y = groups.map(([group, value]) => 10 * group! + value!);
    for (const q of [0.3, 0.5, 0.9]) {
      const model = await new QuantileRegressor({ quantile: q, alpha: 0 }).fit(x, y);
      const within = [0, 1, 2, 3, 4].at(Math.ceil(5 * q) - 1)!;
      const [first, second] = model.predictSync([
        [0, 1],
        [1, 0],
      ]);
      expect(first).toBeCloseTo(within, 10);
      expect(second).toBeCloseTo(10 + within, 10);
    }
  });

  it('finds the line of most rows, however far off the others are', async () => {
    const x = Array.from({ length: 15 }, (_, i) => [i]);
    const y = x.map(([v], i) => (i % 4 === 3 ? 1e6 * (i - 7) : 3 * v! + 5));
    const model = await new QuantileRegressor({ alpha: 0 }).fit(x, y);
    expect(model.coef.data[0]).toBeCloseTo(3, 9);
    expect(model.intercept[0]).toBeCloseTo(5, 9);
  });

  it.each([2 ** 300, 2 ** -300])('takes columns and targets in units of %d', async (unit) => {
    const { x, y } = table(80, 3);
    const plain = await new QuantileRegressor({ quantile: 0.3, alpha: 0.01 }).fit(x, y);
    const columns = x.map((row) => row.map((v) => v * unit));
    const scaled = await new QuantileRegressor({ quantile: 0.3, alpha: 0.01 * unit }).fit(
      columns,
      y.map((v) => v * unit),
    );
    expect([...scaled.coef.data]).toEqual([...plain.coef.data]);
    const weights = y.map(() => unit);
    const weighted = new QuantileRegressor({ quantile: 0.3, alpha: 0.01 });
    await weighted.fit(x, y, { sampleWeight: weights });
    expect([...weighted.coef.data]).toEqual([...plain.coef.data]);
  });

  it('passes exactly through as many rows as there are coefficients', async () => {
    for (const [x, y] of [
      [[[3]], [4]],
      [
        [
          [1, 2, 5],
          [2, 1, 5],
        ],
        [4, 8],
      ],
    ] as const) {
      const rows = x.map((row) => [...row]);
      const model = await new QuantileRegressor({ alpha: 0 }).fit(rows, [...y]);
      model.predictSync(rows).forEach((value, i) => {
        expect(value).toBeCloseTo(y[i]!, 12);
      });
    }
  });

  it('ends at once when it is aborted, and keeps what it had learned', async () => {
    const { x, y } = table(4000, 30);
    const model = await new QuantileRegressor().fit([[1], [2]], [3, 4]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    const fit = model.fit(x, y, { signal: controller.signal });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(model.coef.shape).toEqual([1, 1]);
  });

  it('keeps its steps in its bytes', async () => {
    const { x, y } = table(50, 3);
    const model = await new QuantileRegressor({ quantile: 0.2 }).fit(x, y);
    const again = await QuantileRegressor.load(model.toBytes());
    expect(model.nIter).toBeGreaterThan(1);
    expect(again.nIter).toBe(model.nIter);
    expect(again.getParams()).toEqual({ quantile: 0.2, alpha: 1, fitIntercept: true });
  });

  it.each([
    [{ quantile: 0 }, /quantile/],
    [{ quantile: 1 }, /quantile/],
    [{ alpha: -1 }, /alpha/],
    [{ tau: 0.5 }, /Did you mean 'quantile'/],
  ])('refuses %o', (params, message) => {
    expect(() => new QuantileRegressor(params as object)).toThrow(message);
  });

  it('refuses targets in columns', async () => {
    const y = [
      [1, 2],
      [3, 4],
    ];
    await expect(new QuantileRegressor().fit([[1], [2]], y)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });
});
