import { readdir, readFile } from 'node:fs/promises';
import { type Callback, callbacks, layers, type Sequential, sequential } from 'steepest';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const x = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [2 * a! - b!]);
const build = (): Sequential =>
  sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [2] })] }).compile({
    loss: 'meanSquaredError',
    metrics: ['mae'],
    optimizer: { name: 'adam', learningRate: { schedule: 'cosine', from: 0.1, steps: 40 } },
  });

/** A fit of 6 epochs of 5 steps with checkpoints for resume, and files of callbacks. */
async function train(run: string, abortAt: number): Promise<void> {
  const abort = new AbortController();
  const watch: Callback = {
    name: 'watch',
    onBatchEnd({ step }) {
      if (step >= abortAt) abort.abort();
    },
  };
  await build()
    .fit(x, y, {
      epochs: 6,
      batchSize: 6,
      validationSplit: 0.25,
      signal: abort.signal,
      resume: { folder: files.path(`${run}/resume`), everySteps: 2 },
      callbacks: [
        callbacks.learningRateLogger(),
        callbacks.csvLogger({ path: files.path(`${run}/log.csv`) }),
        callbacks.jsonLogger({ path: files.path(`${run}/log.jsonl`), append: true }),
        callbacks.checkpoint({ path: files.path(`${run}/saved/{epoch}.safetensors`), keepLast: 2 }),
        watch,
      ],
    })
    .catch((error: { code: string }) => expect(error.code).toBe('ERR_ABORTED'));
}

async function written(run: string): Promise<unknown> {
  const read = (name: string): Promise<string> => readFile(files.path(`${run}/${name}`), 'utf8');
  const saved = (await readdir(files.path(`${run}/saved`))).sort();
  const newest = await readFile(files.path(`${run}/saved/${saved.at(-1)}`));
  return {
    csv: await read('log.csv'),
    json: await read('log.jsonl'),
    saved,
    newest: newest.toString('base64'),
  };
}

it('a resumed fit leaves the logs and checkpoints of an undisturbed one, wherever it was interrupted', async () => {
  await train('whole', Number.POSITIVE_INFINITY);
  const whole = await written('whole');
  expect(whole).toMatchObject({ saved: ['5.safetensors', '6.safetensors'] });
  for (let at = 1; at <= 30; at += 4) {
    const run = `at-${at}`;
    for (let next = at; next <= 30; next += 11) await train(run, next);
    await train(run, Number.POSITIVE_INFINITY);
    expect(await written(run), run).toEqual(whole);
  }
});
