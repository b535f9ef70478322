import { describe, expect, it, vi } from 'vitest';
import { HuberRegressor, LinearRegression } from '#steepest/index.js';
import { centredNumbers } from '../support/random.js';

function table(rows: number, cols: number) {
  const next = centredNumbers(1);
  const data = Float64Array.from({ length: rows * cols }, next);
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let sum = next() / 4 + (i % 11 === 0 ? 20 * next() : 0);
    for (let j = 0; j < cols; j++) sum += data[i * cols + j]! * ((j % 3) - 1);
    return sum;
  });
  return { x: { data, shape: [rows, cols] }, y };
}

/** The gradient of scikit-learn's objective in the units of the table. */
function gradientAt(
  { x, y }: ReturnType<typeof table>,
  { coef, intercept, scale }: HuberRegressor,
  { epsilon, alpha }: { epsilon: number; alpha: number },
): number[] {
  const cols = x.shape[1]!;
  const gradient = [...coef.data].map((w) => 2 * alpha * w).concat(0, y.length);
  y.forEach((target, i) => {
    const row = x.data.subarray(i * cols, (i + 1) * cols);
    const z = (target - intercept[0]! - row.reduce((sum, v, j) => sum + v * coef.data[j]!, 0)) / scale;
    const derivative = 2 * Math.max(-epsilon, Math.min(epsilon, z));
    row.forEach((v, j) => {
      gradient[j]! -= derivative * v;
    });
    gradient[cols]! -= derivative;
    gradient[cols + 1]! -= Math.min(epsilon, Math.abs(z)) ** 2;
  });
  return gradient;
}

describe('HuberRegressor', () => {
  // With 600 columns the steps come from conjugate gradients.
  it.each([
    [200, 5, 0.5],
    [300, 40, 0.5],
    [60, 600, 20],
  ])('ends where the gradient is 0: %i × %i', async (rows, cols, alpha) => {
    const given = table(rows, cols);
    const params = { epsilon: 1.35, alpha };
    const model = await new HuberRegressor({ ...params, tol: 1e-9 }).fit(given.x, given.y);
    const gradient = gradientAt(given, model, params);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-6 * rows);
    expect(model.outliers).toContain(true);
    expect(model.outliers).toContain(false);
  });

  it('is least squares where nothing is an outlier', async () => {
    const { x, y } = table(60, 3);
    const line = await new LinearRegression().fit(x, y);
    const model = await new HuberRegressor({ epsilon: 1e6, alpha: 0, tol: 1e-13 }).fit(x, y);
    model.coef.data.forEach((v, j) => {
      expect(v).toBeCloseTo(line.coef.data[j]!, 10);
    });
    const residuals = y.map((v, i) => v - (line.predictSync(x) as Float64Array)[i]!);
    expect(model.scale).toBeCloseTo(Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / 60), 10);
    expect(model.outliers).not.toContain(true);
  });

  it('finds the line of exact data, and the line of all rows but one', async () => {
    const x = Array.from({ length: 12 }, (_, i) => [i]);
    const exact = x.map(([v]) => 3 * v! + 5);
    for (const y of [exact, exact.map((v, i) => (i === 4 ? 1000 : v))]) {
      const model = await new HuberRegressor({ alpha: 0 }).fit(x, y);
      expect(model.coef.data[0]).toBeCloseTo(3, 9);
      expect(model.intercept[0]).toBeCloseTo(5, 9);
      expect(model.scale).toBeLessThan(1e-9);
    }
  });

  it.each([2 ** 300, 2 ** -300])('takes columns and targets in units of %d', async (unit) => {
    const { x, y } = table(80, 3);
    const params = { alpha: 0, tol: 1e-12 };
    const plain = await new HuberRegressor(params).fit(x, y);
    const columns = { data: x.data.map((v) => v * unit), shape: x.shape };
    const targets = y.map((v) => v * unit);
    const both = await new HuberRegressor(params).fit(columns, targets);
    expect([...both.coef.data]).toEqual([...plain.coef.data]);
    expect(both.scale).toBe(plain.scale * unit);
  });

  it('starts from the last fit with warmStart', async () => {
    const { x, y } = table(200, 5);
    const cold = await new HuberRegressor({ tol: 1e-9 }).fit(x, y);
    const warm = await new HuberRegressor({ tol: 1e-9, warmStart: true }).fit(x, y);
    expect(warm.nIter).toBe(cold.nIter);
    await warm.fit(x, y);
    expect(cold.nIter).toBeGreaterThan(2);
    expect(warm.nIter).toBeLessThan(2);
    warm.coef.data.forEach((v, j) => {
      expect(v).toBeCloseTo(cold.coef.data[j]!, 8);
    });
  });

  it('warns where it has not converged', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { x, y } = table(200, 5);
    await new HuberRegressor({ maxIter: 1 }).fit(x, y);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^HuberRegressor stopped after 1 /), {
      type: 'ConvergenceWarning',
      code: 'STEEPEST_NOT_CONVERGED',
    });
    warn.mockRestore();
  });

  it('keeps scale and outliers in its bytes', async () => {
    const { x, y } = table(50, 3);
    const model = await new HuberRegressor().fit(x, y);
    const again = await HuberRegressor.load(model.toBytes());
    expect([again.scale, again.outliers, again.nIter]).toEqual([model.scale, model.outliers, model.nIter]);
  });

  it.each([
    [{ epsilon: 0.5 }, /epsilon/],
    [{ alpha: -1 }, /alpha/],
    [{ tol: 0 }, /tol/],
    [{ randomState: 1 }, /randomState/],
  ])('refuses %o', (params, message) => {
    expect(() => new HuberRegressor(params as object)).toThrow(message);
  });

  it('refuses targets in columns', async () => {
    const y = [
      [1, 2],
      [3, 4],
    ];
    await expect(new HuberRegressor().fit([[1], [2]], y)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });
});
