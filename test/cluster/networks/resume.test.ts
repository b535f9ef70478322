import { readdir } from 'node:fs/promises';
import { callbacks, type FitOptions, load, type Sequential } from 'steepest';
import { expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { temporaryFolder } from '../../support/folder.js';
import { errorsOnRanks, onRanks } from './fits.js';
import { bitsOf, convolutions, type Example, grouped, perceptron } from './models.js';

const folder = temporaryFolder();
const EPOCHS = 6;
const TIMEOUT_MS = 60_000;

const watching = () => [
  callbacks.earlyStopping({ patience: 50, restoreBest: true }),
  callbacks.reduceOnPlateau({ patience: 1, minDelta: 0.1 }),
];

function train({ x, y, options }: Example, model: Sequential, given: FitOptions) {
  const common = { ...options, workers: 1, validationSplit: 0.2, shards: 8, epochs: EPOCHS };
  return model.fit(x, y, { ...common, callbacks: watching(), ...given });
}

/** Ends a fit over ranks within an epoch. @returns the finished steps */
async function interrupt(example: Example, size: number, resume: FitOptions['resume'], step: number) {
  const controller = new AbortController();
  const aborting = { onBatchEnd: ({ step: at }: { step: number }) => at >= step && controller.abort() };
  await errorsOnRanks(size, (cluster: Cluster) =>
    train(example, example.build(), {
      cluster,
      resume: resume!,
      callbacks: [...watching(), aborting],
      ...(cluster.rank === 0 && { signal: controller.signal }),
    }),
  );
}

it.each([
  [perceptron, 3, 2],
  [convolutions, 2, 5],
  [grouped, 4, 1],
] as [Example, number, number][])(
  '$name: a fit over other ranks goes on with the same bits',
  async (example, before, after) => {
    const undisturbed = example.build();
    const result = await train(example, undisturbed, {});
    const resume = { folder: folder.path(`${before} to ${after}`), everySteps: 2 };
    // The callbacks have to be the same, so the hook that aborts takes part in every call.
    const idle = { onBatchEnd: () => {} };
    await interrupt(example, before, resume, 3);
    await interrupt(example, before + 1, resume, 6);
    const ended = await onRanks(after, async (cluster) => {
      const model = example.build();
      const own = await train(example, model, { cluster, resume, callbacks: [...watching(), idle] });
      return { bits: bitsOf(model), result: own };
    });
    expect(ended).toEqual(Array(after).fill({ bits: bitsOf(undisturbed), result }));
    // Once more: it has finished.
    const again = await onRanks(3, async (cluster) => {
      const model = example.build();
      const own = await train(example, model, { cluster, resume, callbacks: [...watching(), idle] });
      return { bits: bitsOf(model), result: own };
    });
    expect(again).toEqual(Array(3).fill(ended[0]));
  },
  TIMEOUT_MS,
);

it('only rank 0 writes and reads checkpoints', async () => {
  const models = await onRanks(2, async (cluster) => {
    const model = perceptron.build();
    const resume = { folder: folder.path(`of rank ${cluster.rank}`), everySteps: 2 };
    await train(perceptron, model, { cluster, resume });
    return model;
  });
  const files = await readdir(folder.path('of rank 0'));
  expect(files).toContain('result.safetensors');
  await expect(readdir(folder.path('of rank 1'))).rejects.toThrow('ENOENT');
  const loaded = await load(folder.path('of rank 0/result.safetensors'));
  expect(bitsOf(loaded as Sequential)).toEqual(bitsOf(models[1]!));
});

it('a folder of another fit is refused on all ranks', async () => {
  const resume = folder.path('other');
  await train(perceptron, perceptron.build(), { resume, epochs: 1 });
  const errors = await errorsOnRanks(2, (cluster) =>
    train(perceptron, perceptron.build(), { cluster, resume, batchSize: 80 }),
  );
  expect(errors[0]).toMatchObject({ code: 'ERR_RESUME' });
  expect(errors[1]).toMatchObject({ code: 'ERR_RESUME' });
});
