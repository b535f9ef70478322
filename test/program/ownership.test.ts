import { describe, expect, it } from 'vitest';
import { layers, sequential } from '#steepest/index.js';

/** What `explain` says of a network of dense layers after some normalised ones. */
function explained(dense: number, norms: number): string {
  const units = 192;
  const first = layers.dense({ units, inputShape: [units] });
  const normalised = Array.from({ length: norms }, () => layers.batchNorm());
  const others = Array.from({ length: dense }, () => layers.dense({ units, activation: 'relu' }));
  const model = sequential({ layers: [first, ...normalised, ...others] }).compile({
    optimizer: 'sgd',
    loss: 'meanSquaredError',
  });
  return model.explain({ batchSize: 16, workers: 2 });
}

describe('owners of columns', () => {
  it.each([
    [520, 0],
    [30, 490],
  ])('%d dense layers and %d batchNorms have no more phases than a step may have', (dense, norms) => {
    const owned = explained(dense, norms).match(/owns columns/g) ?? [];
    expect(owned.length).toBeGreaterThan(0);
  });

  it('are nobody where batchNorms need all phases', () => {
    expect(explained(5, 510)).not.toContain('owns columns');
  });
});
