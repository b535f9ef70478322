import { LogisticRegression } from 'steepest';
import { describe, expect, it } from 'vitest';
import { centredNumbers } from '../support/random.js';

const ROWS = 10_000;
const COLS = 100;
const CLASSES = 3;
const C = 0.05;

/** Rows in the order of their classes: any sample of consecutive rows would lack some. */
function table() {
  const x = new Float32Array(ROWS * COLS);
  const y = new Int32Array(ROWS);
  const random = centredNumbers(1);
  for (let i = 0; i < ROWS; i++) {
    y[i] = Math.floor((i * CLASSES) / ROWS);
    for (let j = 0; j < COLS; j++) x[i * COLS + j] = random() + (j % CLASSES === y[i] ? 0.1 : 0);
  }
  return { x: { data: x, shape: [ROWS, COLS] as [number, number] }, y };
}

/** Largest element of the gradient of the mean loss + ‖coef‖² / (2·C·rows). */
function gradientNorm({ x, y }: ReturnType<typeof table>, model: LogisticRegression): number {
  const coef = model.coef.data;
  const gradient = new Float64Array(CLASSES * (COLS + 1));
  for (let i = 0; i < ROWS; i++) {
    const row = x.data.subarray(i * COLS, (i + 1) * COLS);
    const scores = Array.from({ length: CLASSES }, (_, k) =>
      row.reduce((sum, v, j) => sum + v * coef[k * COLS + j]!, model.intercept[k]!),
    );
    const total = scores.reduce((sum, z) => sum + Math.exp(z), 0);
    scores.forEach((z, k) => {
      const d = (Math.exp(z) / total - (k === y[i] ? 1 : 0)) / ROWS;
      row.forEach((v, j) => {
        gradient[k * (COLS + 1) + j]! += d * v;
      });
      gradient[k * (COLS + 1) + COLS]! += d;
    });
  }
  coef.forEach((w, at) => {
    gradient[Math.floor(at / COLS) * (COLS + 1) + (at % COLS)]! += w / (C * ROWS);
  });
  return gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
}

describe('newtonCg with steps from a sample of the rows', () => {
  it('ends at the minimum of all rows, with the same bits for any number of workers', async () => {
    const data = table();
    const trained = (workers: number) =>
      new LogisticRegression({ solver: 'newtonCg', C, tol: 1e-9, workers }).fit(data.x, data.y);
    const model = await trained(1);
    expect(gradientNorm(data, model)).toBeLessThan(2e-9);
    for (const workers of [2, 3]) {
      expect((await trained(workers)).coef.data).toEqual(model.coef.data);
    }
  });
});
