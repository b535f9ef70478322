import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallbackContext, load, type Optimizer, Sequential } from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { anyChoice, Draws, Generated, type Rows, TASK_NAMES } from '../support/generated.js';

const folder = mkdtempSync(join(tmpdir(), 'steepest-resume-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIMIZERS: readonly Optimizer[] = [
  'adam',
  { name: 'sgd', momentum: 0.9, learningRate: 0.05 },
  'rmsprop',
  { name: 'adamw', learningRate: 0.01 },
  { name: 'sgd', momentum: 0.5, nesterov: true },
  'sgd',
];
const EPOCHS = 4;

interface Case {
  generated: Generated;
  rows: Rows;
  options: ReturnType<typeof anyChoice>;
  /** Given batch by batch. */
  isStream: boolean;
  /** Epochs of a fit before the one that is saved from. */
  before: number;
}

async function train(model: Sequential, test: Case, epochs: number, save?: { after: number; path: string }) {
  const { generated, rows, isStream } = test;
  const onEpochEnd = async ({ epoch }: CallbackContext): Promise<void> => {
    if (epoch === save?.after) await model.save(save.path);
  };
  const options = { ...test.options, epochs, callbacks: save ? [{ onEpochEnd }] : [] };
  const { history } = isStream
    ? await model.fit(generated.batches(rows), options)
    : await model.fit(rows.x, rows.y, options);
  return history.loss!;
}

describe('a model saved at the end of an epoch trains on with the bits of the undisturbed run', () => {
  it.each(OPTIMIZERS.map((optimizer, i) => [JSON.stringify(optimizer), optimizer, i] as const))(
    '%s: arrays and streams, after each epoch',
    async (_, optimizer, seed) => {
      const draws = new Draws(seed);
      for (let number = 0; number < 4; number++) {
        const generated = new Generated(draws, TASK_NAMES[number % 4]!, draws.chance(0.3), optimizer);
        const rows = generated.rows(draws.whole(2, 80));
        const options = anyChoice(draws);
        const test: Case = {
          generated,
          rows,
          options,
          isStream: number % 2 === 1,
          before: draws.whole(0, 2),
        };
        const undisturbed = generated.model();
        if (test.before > 0) await train(undisturbed, test, test.before);
        const losses = await train(undisturbed, test, EPOCHS);

        const watched = generated.model();
        if (test.before > 0) await train(watched, test, test.before);
        const after = draws.whole(0, EPOCHS - 2);
        const path = join(folder, 'epoch.safetensors');
        expect(await train(watched, test, EPOCHS, { after, path })).toEqual(losses);
        expect(watched.getWeights()).toEqual(undisturbed.getWeights());

        const resumed = await load(path, Sequential);
        expect(await train(resumed, test, EPOCHS - 1 - after)).toEqual(losses.slice(after + 1));
        expect(resumed.getWeights(), JSON.stringify({ number, ...options })).toEqual(
          undisturbed.getWeights(),
        );
      }
    },
  );
});
