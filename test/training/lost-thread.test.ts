import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/**
 * Runs fitUntilLost.mjs with a fault. Rejects if the time is
 * up, which only a program that hangs takes.
 */
async function fitWith(fault: string, env: Record<string, string>): Promise<unknown> {
  const script = (name: string): string => fileURLToPath(new URL(`faults/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', script(fault), script('fitUntilLost.mjs')],
    { env: { ...process.env, ...env }, timeout: 40_000 },
  );
  return JSON.parse(stdout);
}

describe('after a lost thread the model is that of a committed step, counters and optimizer included', () => {
  it.each([1, 2, 3, 9, 40])('the thread is lost at barrier %i of the second fit', async (at) => {
    const env = { FAULT_KIND: 'throw', FAULT_THREAD: '2', FAULT_AT: String(at), EPOCHS_BEFORE: '5' };
    const outcome = (await fitWith('faultyThread.cjs', env)) as Record<string, { step: number }>;
    expect(outcome).toMatchObject({ code: 'ERR_WORKER_LOST', isSame: true });
    expect(outcome.counters).toEqual(outcome.wanted);
    // Nothing was trained before the second barrier.
    if (at <= 2) expect(outcome.counters).toMatchObject({ step: 10, epochs: 5 });
  });

  it.each([2, 4, 9, 40])('another thread still writes parameters: barrier %i', async (at) => {
    const outcome = await fitWith('endlessMerge.cjs', { FAULT_AT: String(at), EPOCHS_BEFORE: '0' });
    expect(outcome).toMatchObject({ code: 'ERR_WORKER_LOST', isSame: true });
  });
});
