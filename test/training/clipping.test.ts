import { layers, type Optimizer, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const next = randomNumbers(29);
const x = randomRows(24, 6, next);
const y = x.map((row) => [10 * row[0]!, row[1]! - row[2]!]);
const PENALTY = { l1: 0.03, l2: 0.2 };
const RATE = 0.5;

function build(optimizer: Optimizer): Sequential {
  const model = sequential({
    seed: 3,
    layers: [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [6], kernelRegularizer: PENALTY }),
      layers.dense({ units: 2 }),
    ],
  });
  return model.compile({ optimizer, loss: 'meanSquaredError' });
}

/** Gradients with the penalty's own, in float64. */
async function fullGradients(model: Sequential): Promise<number[][]> {
  const kernel = model.getWeights()[0]!.data;
  const gradients = await model.gradients(x, y, { backend: 'typescript' });
  return gradients.map(({ data }, i) =>
    Array.from(data as Float32Array, (g, j) => {
      const w = i === 0 ? Number(kernel[j]) : 0;
      return g + 2 * PENALTY.l2 * w + PENALTY.l1 * Math.sign(w);
    }),
  );
}

describe.each(kernelChoices)('clipping, $title', ({ options }) => {
  /** Weights after one step of gradient descent, and what the gradient after clipping makes of them. */
  async function expectStep(hyperparameters: object, clip: (gradients: number[][]) => number[][]) {
    const model = build({ name: 'sgd', learningRate: RATE, ...hyperparameters });
    const clipped = clip(await fullGradients(model));
    const before = model.getWeights().map(({ data }) => Array.from(data as Float32Array));
    await model.fit(x, y, { ...options, batchSize: 24, workers: 1 });
    model.getWeights().forEach(({ data }, i) => {
      const expected = before[i]!.map((w, j) => w - RATE * clipped[i]![j]!);
      expectClose(data, expected, { absolute: 1e-5 });
    });
  }

  it('clipValue limits each element, after the gradient of the penalties', async () => {
    const limit = 0.25;
    let limited = 0;
    await expectStep({ clipValue: limit }, (gradients) =>
      gradients.map((g) =>
        g.map((v) => {
          if (Math.abs(v) > limit) limited++;
          return Math.max(-limit, Math.min(limit, v));
        }),
      ),
    );
    expect(limited).toBeGreaterThan(5);
  });

  const normOf = (...gradients: number[][]): number =>
    Math.sqrt(gradients.flat().reduce((s, g) => s + g * g, 0));

  it('clipNorm limits the norm of each parameter', async () => {
    const limit = 0.6;
    const factors: number[] = [];
    await expectStep({ clipNorm: limit }, (gradients) =>
      gradients.map((g) => {
        const factor = limit / Math.max(limit, normOf(g));
        factors.push(factor);
        return g.map((v) => factor * v);
      }),
    );
    expect(factors).toContain(1);
    expect(Math.min(...factors)).toBeLessThan(0.9);
  });

  it('globalClipNorm limits the norm of all together', async () => {
    const limit = 0.6;
    await expectStep({ globalClipNorm: limit }, (gradients) => {
      const factor = limit / Math.max(limit, normOf(...gradients));
      expect(factor).toBeLessThan(0.9);
      return gradients.map((g) => g.map((v) => factor * v));
    });
  });
});
