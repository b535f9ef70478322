import { describe, expect, it } from 'vitest';
import { HuberRegressor } from '#steepest/index.js';
import { readFixture } from '../support/fixtures.js';
import { centredNumbers } from '../support/random.js';

/** Written by scripts/oracles/robust.py. */
interface Fixture {
  huber: {
    weighted?: boolean;
    fitIntercept?: boolean;
    epsilon?: number;
    alpha?: number;
    coef: number[];
    intercept: number;
    scale: number;
    outliers: number[];
    score: number;
  }[];
}

const fixture = readFixture<Fixture>('robust');

const ROWS = 160;
const COLS = 3;

/** The same numbers as in the script: products and sums of multiples of 2⁻³², without a rounding. */
function table() {
  const next = centredNumbers(1);
  const data = new Float64Array(ROWS * COLS);
  const y = new Float64Array(ROWS);
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLS; j++) data[i * COLS + j] = next() * (j + 1) + (j === 2 ? 1 : 0);
    const far = i % 9 === 0 ? 32 * next() : 0;
    const [a, b, c] = data.subarray(i * COLS) as unknown as [number, number, number];
    y[i] = 2 + a - b / 2 + c / 4 + next() + far;
  }
  return { x: { data, shape: [ROWS, COLS] as [number, number] }, y };
}

const { x, y } = table();
const weights = Array.from({ length: ROWS }, (_, i) => ((i % 7) + 1) / 4);

const close = (given: number, wanted: number): void => {
  expect(Math.abs(given - wanted)).toBeLessThan(1e-6 * Math.abs(wanted) + 1e-12);
};

describe('HuberRegressor finds what scikit-learn finds', () => {
  it.each(fixture.huber)('%#', async ({ weighted, coef, intercept, scale, outliers, score, ...params }) => {
    const model = new HuberRegressor({ ...params, tol: 1e-12 });
    const options = weighted ? { sampleWeight: weights } : {};
    await model.fit(x, y, options);
    expect(model.coef.shape).toEqual([1, COLS]);
    model.coef.data.forEach((value, j) => {
      close(value, coef[j]!);
    });
    close(model.intercept[0]!, intercept);
    close(model.scale, scale);
    expect(model.outliers.flatMap((is, i) => (is ? [i] : []))).toEqual(outliers);
    close(await model.score(x, y, options), score);
  });
});
