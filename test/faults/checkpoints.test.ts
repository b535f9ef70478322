import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks, layers, load, Sequential, sequential } from 'steepest';
import { afterAll, expect, it } from 'vitest';
import { sessionOf } from '../support/callbackSession.js';
import { expectClosed, expectTyped, type Fault, openFiles, SOME_CODES, withFaults } from './faultyFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'steepest-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const runs = join(folder, 'runs');
const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
const choice = callbacks.checkpoint({ path: join(runs, '{epoch}.safetensors'), keepLast: 1 });
const EPOCHS = [1, 2, 3];

/** Three epochs with a checkpoint each; one call may fail. */
async function attempt(decide: (operation: string, call: number) => Fault | undefined, what: string) {
  rmSync(runs, { recursive: true, force: true });
  const open = openFiles();
  let saved = 0;
  const { error, calls } = await withFaults(decide, async () => {
    const driven = sessionOf(choice, ['loss'], model);
    await driven.begin();
    for (const epoch of EPOCHS) {
      await driven.epoch(epoch - 1, { loss: 1 });
      saved = epoch;
    }
  });
  if (error !== undefined) expectTyped(error, 'ERR_MODEL_FILE', what);
  await expectClosed(open, what);
  const there = saved === 0 ? [] : readdirSync(runs).filter((name) => name.endsWith('.safetensors'));
  // Whatever happened, the last checkpoint is there, and every file is whole.
  if (saved > 0) expect(there, what).toContain(`${saved}.safetensors`);
  for (const name of there)
    expect((await load(join(runs, name), Sequential)).getWeights()).toEqual(model.getWeights());
  return { calls, error, there };
}

it('a checkpoint survives every fault of every call', async () => {
  const { calls, there } = await attempt(() => undefined, 'no fault');
  expect(there).toEqual(['3.safetensors']);
  expect(calls).toEqual(expect.arrayContaining(['mkdir', 'open', 'write', 'rename', 'unlink']));
  let failed = 0;
  for (let n = 1; n <= calls.length; n++) {
    for (const fault of SOME_CODES.flatMap((code): Fault[] => [{ error: code }, { errorAfter: code }])) {
      const what = `${JSON.stringify(fault)} in call ${n}, ${calls[n - 1]}`;
      const { error } = await attempt((_, call) => (call === n ? fault : undefined), what);
      if (error !== undefined) failed++;
    }
  }
  expect(failed).toBeGreaterThan(calls.length);
});

it('a file that another program holds is removed later', async () => {
  // The first removal fails, as it does on Windows while somebody reads the file.
  let unlinks = 0;
  const busy = (operation: string): Fault | undefined =>
    operation === 'unlink' && ++unlinks === 1 ? { error: 'EBUSY' } : undefined;
  const { error, there } = await attempt(busy, 'busy');
  expect(error).toBeUndefined();
  expect(there).toEqual(['3.safetensors']);
});
