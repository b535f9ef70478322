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

  it('limits gradients of every kind of layer alike', async () => {
    const images = randomRows(8, 12 * 12 * 2, randomNumbers(7));
    const labels = images.map((_, i) => i % 3);
    const cnn = (optimizer: Optimizer): Sequential =>
      sequential({
        seed: 4,
        layers: [
          layers.conv2d({ filters: 8, kernelSize: 5, inputShape: [12, 12, 2] }),
          layers.maxPool2d({ poolSize: 2 }),
          layers.batchNorm(),
          layers.conv2d({ filters: 9, kernelSize: 3, padding: 'same', activation: 'relu' }),
          layers.layerNorm(),
          layers.flatten(),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }).compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    const input = { data: Float32Array.from(images.flat()), shape: [8, 12, 12, 2] };
    const limit = 0.1;
    const model = cnn({ name: 'sgd', learningRate: RATE, globalClipNorm: limit });
    const gradients = (await model.gradients(input, labels, options)).map(({ data }) => [...data]);
    const norm = Math.hypot(...gradients.flat());
    expect(norm).toBeGreaterThan(2 * limit);
    const moved = cnn('sgd')
      .getWeights()
      .map(({ data }) => [...data]);
    await model.fit(input, labels, { ...options, batchSize: 8, workers: 2, shuffle: false });
    // Moving means and variances have no gradient: arrays 4 and 5.
    const trained = model.getWeights().filter((_, i) => i !== 4 && i !== 5);
    const before = moved.filter((_, i) => i !== 4 && i !== 5);
    trained.forEach(({ data }, i) => {
      const expected = before[i]!.map((w, j) => w - (RATE * limit * gradients[i]![j]!) / norm);
      expectClose(data, expected, { absolute: 1e-6 });
    });
  });

  it.each(['clipNorm', 'globalClipNorm'])('%s of a norm beyond float32', async (clip) => {
    const model = sequential({
      layers: [layers.dense({ units: 1, inputShape: [400], kernelInitializer: 'zeros' })],
    }).compile({ optimizer: { name: 'sgd', learningRate: 1, [clip]: 1 }, loss: 'meanSquaredError' });
    // 400 gradients of −2·1e18·1.2e19, whose norm is 4.8e38.
    await model.fit([Array.from({ length: 400 }, () => 1.2e19)], [1e18], { ...options, workers: 2 });
    expectClose(model.getWeights()[0]!.data, new Array(400).fill(0.05), { absolute: 1e-8 });
  });

  it.each(['clipNorm', 'globalClipNorm'])('%s of gradients that are 0', async (clip) => {
    const model = build({ name: 'sgd', learningRate: RATE, [clip]: 1 });
    const zeros = model
      .getWeights()
      .map(({ data, shape }) => ({ data: new Float32Array(data.length), shape }));
    model.setWeights(zeros);
    await model.fit(
      x,
      y.map(() => [0, 0]),
      { ...options, workers: 2 },
    );
    expect(model.getWeights()).toEqual(zeros);
  });

  it.each([1, 3])(
    'keeps the parameters before a gradient that is not finite, %i workers',
    async (workers) => {
      const HUGE = 3e38;
      for (const clip of ['clipNorm', 'globalClipNorm']) {
        const model = sequential({
          layers: [layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
        }).compile({ optimizer: { name: 'adam', [clip]: 1 }, loss: 'meanSquaredError' });
        // The inputs cancel in the output and not in the gradient.
        const fit = model.fit([[HUGE, -HUGE]], [-3], { ...options, workers });
        await expect(fit).rejects.toMatchObject({
          code: 'ERR_DIVERGED',
          given: 'a parameter that is NaN or infinite in step 1',
        });
        expect([...model.getWeights()[0]!.data]).toEqual([1, 1]);
      }
    },
  );
});

describe('two ways to clip', () => {
  it('are refused', () => {
    for (const [first, second] of [
      ['clipValue', 'clipNorm'],
      ['clipNorm', 'globalClipNorm'],
    ]) {
      const compile = () => build({ name: 'sgd', [first!]: 1, [second!]: 1 } as Optimizer);
      expect(compile).toThrow(
        expect.objectContaining({ code: 'ERR_ARGUMENT', given: `${first} and ${second}` }),
      );
    }
  });
});
