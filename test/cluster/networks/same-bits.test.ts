import { describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { type KernelChoice, kernelChoices, native } from '../../support/kernelChoices.js';
import { onRanks } from './fits.js';
import { bitsOf, type Example, examples } from './models.js';

const SHARDS = 8;
const SIZES = [1, 2, 3, 4, 5, 8];
/** The machine has fewer processors than ranks. */
const TIMEOUT_MS = 120_000;

async function train(
  { build, x, y, options }: Example,
  { options: kernels }: KernelChoice,
  given: { cluster?: Cluster; shards?: number; workers?: number },
): Promise<unknown> {
  const model = build();
  const result = await model.fit(x, y, {
    workers: 1,
    validationSplit: 0.2,
    ...kernels,
    ...options,
    epochs: 3,
    ...given,
  });
  return { bits: bitsOf(model), result };
}

describe.each(kernelChoices)('$title', (kernels) => {
  describe.each(examples)('$name', (example) => {
    it.each(SIZES)(
      'ends with the same bits as one process: %i ranks',
      async (size) => {
        const alone = await train(example, kernels, { shards: SHARDS });
        const all = await onRanks(size, (cluster) => train(example, kernels, { cluster }));
        expect(all).toEqual(Array(size).fill(alone));
      },
      TIMEOUT_MS,
    );
  });
});

it(
  'ranks may have different numbers of workers',
  async () => {
    const [example] = examples as [Example];
    const alone = await train(example, native, { shards: 4 });
    const all = await onRanks(3, (cluster) =>
      train(example, native, { cluster, shards: 4, workers: cluster.rank + 1 }),
    );
    expect(all).toEqual([alone, alone, alone]);
  },
  TIMEOUT_MS,
);
