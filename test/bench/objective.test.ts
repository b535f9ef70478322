import { layers, sequential } from 'steepest';
import { describe, expect, test } from 'vitest';
import { fewest, logisticObjective } from '../../bench/lib/objective.mjs';
import { stepFlops } from '../../bench/lib/roofline.mjs';

describe('the objective of logistic regression', () => {
  const table = { x: [1, 0, 0, 2], y: [1, 0], rows: 2, cols: 2 };

  test('without coefficients is the logarithm of the number of classes', () => {
    expect(logisticObjective(table, { coef: [0, 0], intercept: [0] })).toBeCloseTo(Math.log(2), 14);
    const three = { coef: new Float64Array(6), intercept: new Float64Array(3) };
    expect(logisticObjective(table, three)).toBeCloseTo(Math.log(3), 14);
  });

  test('is the mean loss plus the penalty of the coefficients, not of the intercept', () => {
    const z = [2 * 1 + 1, -1 * 2 + 1];
    const loss = (Math.log1p(Math.exp(-z[0]!)) + Math.log1p(Math.exp(z[1]!))) / 2;
    const model = { coef: [2, -1], intercept: [1] };
    expect(logisticObjective(table, model, 10)).toBeCloseTo(loss + (4 + 1) / (2 * 10 * 2), 14);
  });

  test('is the same for two classes as for two outputs with opposite halves, but for the penalty', () => {
    const one = logisticObjective(table, { coef: [2, -1], intercept: [1] }, 1e12);
    const two = logisticObjective(table, { coef: [-1, 0.5, 1, -0.5], intercept: [-0.5, 0.5] }, 1e12);
    expect(two).toBeCloseTo(one, 11);
  });

  test('stays finite where the exponential would not', () => {
    const model = { coef: [-2000, 3000], intercept: [0] };
    expect(logisticObjective(table, model, 1e300)).toBeCloseTo((2000 + 6000) / 2, 6);
  });
});

test.each([1, 2, 3, 7, 16, 29, 30])('the fewest iterations that reach it: %i of 30', async (needed) => {
  const asked: number[] = [];
  const reaches = (count: number) => {
    asked.push(count);
    return Promise.resolve(count >= needed);
  };
  expect(await fewest(reaches, 30)).toBe(needed);
  expect(asked.length).toBeLessThanOrEqual(6);
});

test('no number of iterations reaches it', async () => {
  expect(await fewest(() => Promise.resolve(false), 30)).toBeUndefined();
});

test('the operations of a training step are those of its matrix products, and a little', () => {
  const { dense } = layers;
  const model = sequential({
    layers: [
      dense({ units: 128, activation: 'relu', inputShape: [784] }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  // Forward and weight gradient of both layers, the input gradient of the second.
  const products = 2 * 128 * (2 * 784 * 128 + 3 * 128 * 10);
  const flops = stepFlops(model, { batchSize: 128 });
  expect(flops).toBeGreaterThan(products);
  expect(flops).toBeLessThan(1.02 * products);
});
