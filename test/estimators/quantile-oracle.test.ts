import { describe, expect, it } from 'vitest';
import { QuantileRegressor } from '#steepest/index.js';
import { readFixture } from '../support/fixtures.js';
import { centredNumbers } from '../support/random.js';

/** Written by scripts/oracles/quantile.py. */
interface Case {
  table: 'plain' | 'ties' | 'duplicated' | 'wide';
  quantile: number;
  alpha: number;
  fitIntercept?: boolean;
  weighted?: boolean;
  objective: number;
  /** Only where there is one optimum. */
  coef?: number[];
  intercept?: number;
}

const cases = readFixture<{ quantile: Case[] }>('quantile').quantile;

/** The same numbers as in the script. */
function table(kind: Case['table']) {
  const next = centredNumbers(7);
  const [rows, cols] = kind === 'wide' ? [12, 30] : [120, 4];
  const x: number[][] = [];
  const y: number[] = [];
  for (let i = 0; i < rows; i++) {
    const row = Array.from({ length: cols }, (_, j) => {
      const value = next();
      return kind === 'ties' ? Math.floor(3 * value) : value * (j + 1) + (j === 2 ? 1 : 0);
    });
    if (kind === 'duplicated') row[3] = row[0]!;
    const noise = next();
    x.push(row);
    const [a, b, c] = row as [number, number, number];
    y.push(2 + a - b / 2 + c / 4 + (kind === 'ties' ? Math.floor(6 * noise) : 2 * noise ** 3));
  }
  return { x, y };
}

const close = (given: number, wanted: number): void => {
  expect(Math.abs(given - wanted)).toBeLessThan(1e-6 * Math.abs(wanted) + 1e-10);
};

describe('QuantileRegressor finds what scikit-learn finds', () => {
  it('knows the optimum of most tables', () => {
    expect(cases.length).toBeGreaterThan(40);
    expect(cases.filter(({ coef }) => coef !== undefined).length).toBeGreaterThan(20);
  });

  it.each(cases)('%#: $table, quantile $quantile, alpha $alpha', async (given) => {
    const { table: kind, weighted, objective, coef, intercept, ...params } = given;
    const { x, y } = table(kind);
    const weights = y.map((_, i) => (weighted ? (i % 5) / 4 : 1));
    const model = new QuantileRegressor(params);
    await model.fit(x, y, weighted ? { sampleWeight: weights } : {});
    const { quantile: q, alpha } = params;
    const losses = model.predictSync(x).map((value, i) => {
      const r = y[i]! - value;
      return weights[i]! * Math.max(q * r, (q - 1) * r);
    });
    const total = weights.reduce((sum, w) => sum + w, 0);
    const penalty = model.coef.data.reduce((sum, w) => sum + Math.abs(w), 0);
    const value = losses.reduce((sum, loss) => sum + loss, 0) / total + alpha * penalty;
    expect(value).toBeLessThanOrEqual(objective * (1 + 1e-9) + 1e-14);
    coef?.forEach((wanted, j) => {
      close(model.coef.data[j]!, wanted);
    });
    if (intercept !== undefined) close(model.intercept[0]!, intercept);
  });
});
