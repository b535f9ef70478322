import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { numberAfter, run, TIMEOUT, writePictures } from './run.js';

describe.each([
  ["this machine's", {}],
  ['the TypeScript', { STEEPEST_BACKEND: 'typescript' }],
])('the examples on %s kernels', (_kernels, env) => {
  it(
    'least squares and gradient descent find the same line',
    async () => {
      const printed = await run('least-squares', ['--rows', '3000'], env);
      const rows = printed
        .split('\n')
        .filter((line) => /least squares|descent/.test(line))
        .map((line) =>
          line
            .split('│')
            .slice(2, 6)
            .map((cell) => Number(cell.replaceAll("'", ''))),
        );
      expect(rows).toHaveLength(3);
      const [exact, ...descents] = rows as [number[], ...number[][]];
      for (const descent of descents) {
        descent.forEach((value, i) => {
          expect(Math.abs(value - exact[i]!) / Math.abs(exact[i]!)).toBeLessThan(2e-3);
        });
      }
    },
    TIMEOUT,
  );

  it(
    'logistic regression by a loop, by matrices and by L-BFGS is the same',
    async () => {
      const printed = await run('logistic-regression', ['--rows', '2000'], env);
      // Sums of 2,000 products in float32, and coefficients of about 1.
      expect(numberAfter(printed, 'largest difference of cost and gradient:')).toBeLessThan(1e-6);
      const coefficients = printed.split('largest difference of the coefficients:').slice(1);
      expect(coefficients.map((rest) => Number.parseFloat(rest)).every((value) => value < 5e-6)).toBe(true);
      expect(coefficients).toHaveLength(2);
      for (const way of ['\nloop', '\nvectorised']) expect(numberAfter(printed, way)).toBeGreaterThan(0);
      expect(numberAfter(printed, 'accuracy')).toBeGreaterThan(75);
    },
    TIMEOUT,
  );

  it(
    "the digits network's gradient is its cost's",
    async () => {
      const printed = await run('digits-network', ['--rows', '600', '--epochs', '25'], env);
      // float32 keeps 2⁻²⁴ = 6e-8 of each of the sums over pixels, units and rows that a gradient is made of.
      expect(numberAfter(printed, 'largest relative difference of 490 gradients:')).toBeLessThan(1e-6);
      const J = numberAfter(printed, 'J on the training rows');
      expect(Math.abs(numberAfter(printed, 'by the formula,') - J)).toBeLessThan(1e-5 * J);
      expect(numberAfter(printed, 'training accuracy')).toBeGreaterThan(85);
      expect(numberAfter(printed, 'held-out accuracy')).toBeGreaterThan(80);
    },
    TIMEOUT,
  );

  it(
    'one step of backpropagation by hand is that of the library',
    async () => {
      const printed = await run('backpropagation-step', [], env);
      // Numbers of at most 1 in float32.
      expect(numberAfter(printed, 'largest difference between hand and library:')).toBeLessThan(2e-7);
      expect(numberAfter(printed, 'after the step')).toBeLessThan(numberAfter(printed, 'J by hand'));
      // Once more from the formulas alone, with numbers read from the page.
      const [a, w, delta] = ['a1[2]     =', '\nW2[2][1]', 'δ2[1]     ='].map((name) =>
        numberAfter(printed, name),
      );
      expect(numberAfter(printed, '∂W2[2][1] =')).toBeCloseTo(a! * delta!, 5);
      expect(w).toBe(0.9);
    },
    TIMEOUT,
  );
});

it(
  'the digits network takes MNIST from --data DIR, without its border',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'steepest-examples-'));
    try {
      await writePictures(root, 'train', 200);
      await writePictures(root, 't10k', 20);
      const printed = await run('digits-network', ['--data', root, '--epochs', '40'], {});
      expect(printed).toContain('MNIST without its border');
      expect(printed).toContain('200 rows to train on, 20 held out');
      // The first one is a 0: its two rows are the top ones.
      const ink = '@'.repeat(40);
      expect(printed).toContain(`\n${ink}\n${ink}\n${' '.repeat(40)}\n`);
      expect(printed.match(/@/g)).toHaveLength(80);
      expect(numberAfter(printed, 'held-out accuracy')).toBe(100);
    } finally {
      await rm(root, { recursive: true });
    }
  },
  TIMEOUT,
);
