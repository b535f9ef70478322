import { describe, expect, it } from 'vitest';
import { layers } from '#steepest/index.js';
import { type ModelConfig, resolveModel } from '#steepest/networks/compile/model.js';
import { usefulRanks } from '#steepest/networks/compile/usefulRanks.js';
import { resolveLoss } from '#steepest/networks/losses/index.js';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';

const dense = (widths: readonly number[]): ModelConfig['layers'] =>
  widths.slice(1).map((units, i) =>
    layers.dense({
      units,
      activation: i === widths.length - 2 ? 'softmax' : 'relu',
      ...(i === 0 && { inputShape: [widths[0]!] }),
    }),
  );

const convolution: ModelConfig['layers'] = [
  layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPool2d(),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
];

function ranksOf(list: ModelConfig['layers'], batchSize: number, most: number): number {
  const model = resolveModel({ seed: 0, layers: list });
  const objective = {
    loss: resolveLoss('sparseCategoricalCrossentropy'),
    optimizer: resolveOptimizer('sgd'),
    metrics: [],
  };
  return usefulRanks(model, objective, batchSize, most);
}

/**
 * Microseconds of a step with one worker and with two, measured on a Xeon with AMX of two cores.
 * Where they differ by less than a tenth, either number is right.
 */
describe("workers: 'auto' in training", () => {
  it.each([
    [[20, 64, 64, 2], 16, 10, 20],
    [[20, 64, 64, 2], 64, 19, 30],
    [[20, 64, 64, 2], 128, 34, 37],
    [[784, 10], 16, 12, 28],
    [[784, 10], 32, 21, 25],
    [[784, 10], 128, 56, 64],
    [[784, 10], 512, 343, 206],
    [[784, 32, 10], 64, 49, 72],
    [[784, 32, 10], 512, 503, 434],
    [[100, 100, 10], 16, 9, 19],
    [[784, 128, 10], 32, 97, 65],
    [[784, 128, 10], 128, 366, 238],
    [[784, 512, 256, 10], 128, 2268, 1284],
  ])('dense layers %j with mini-batches of %i', (widths, batchSize, one, two) => {
    expect(ranksOf(dense(widths), batchSize, 2)).toBe(two < one ? 2 : 1);
  });

  it.each([
    [16, 56, 76],
    [64, 222, 200],
  ])('images: mini-batches of %i', (batchSize, one, two) => {
    expect(ranksOf(convolution, batchSize, 2)).toBe(two < one ? 2 : 1);
  });

  it('takes all ranks only where there is enough to do', () => {
    expect(ranksOf(dense([784, 128, 10]), 1, 64)).toBe(1);
    expect(ranksOf(dense([784, 128, 10]), 128, 64)).toBeGreaterThan(4);
    expect(ranksOf(dense([784, 128, 10]), 128, 64)).toBeLessThan(32);
    expect(ranksOf(dense([4096, 4096, 4096]), 4096, 64)).toBeGreaterThan(32);
  });
});
