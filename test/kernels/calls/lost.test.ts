import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it.each([1, 2])('a thread lost at barrier %i ends the product, and the next one is right', async (at) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', pathOf('../../training/faults/faultyThread.cjs'), pathOf('faults/productUntilLost.mjs')],
    {
      env: { ...process.env, FAULT_KIND: 'throw', FAULT_THREAD: '2', FAULT_AT: String(at) },
      timeout: 40_000,
    },
  );
  const hint = expect.stringMatching(/^Call it again\./);
  expect(JSON.parse(stdout)).toEqual({ code: 'ERR_WORKER_LOST', hint, isKept: true, isRight: true });
});
