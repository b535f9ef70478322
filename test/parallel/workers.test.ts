import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolveWorkers, TRAINING_FLOPS_PER_RANK } from '#steepest/parallel/workers.js';

/**
 * Floating-point operations of a training step's products; the first layer has no input gradient.
 */
function flopsOf(widths: readonly number[], batchSize: number): number {
  return widths.slice(1).reduce((sum, width, i) => {
    return sum + (i === 0 ? 4 : 6) * batchSize * widths[i]! * width;
  }, 0);
}

describe("workers: 'auto' in training", () => {
  it.each([
    [[2, 2], 2, 1],
    [[20, 64, 64, 2], 64, 1],
    [[32, 128, 10], 64, 1],
    [[256, 64, 10], 64, 2],
    [[64, 128, 10], 128, 2],
    [[784, 128, 10], 32, 6],
    [[784, 128, 10], 128, 26],
  ])('%j with mini-batches of %i: %i workers, if there are as many cores', (widths, batchSize, workers) => {
    const auto = resolveWorkers('auto', flopsOf(widths, batchSize), TRAINING_FLOPS_PER_RANK);
    expect(auto).toBe(Math.min(workers, availableParallelism()));
  });
});
