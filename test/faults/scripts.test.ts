import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** A script in scripts/fuzz, with a small share of the work that it does by hand. */
async function run(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`scripts/fuzz/${name}.mjs`, ...args]);
  return stdout;
}

it.runIf(process.platform === 'linux')('no file is lost when saving processes are killed', async () => {
  const output = await run('kills', '6', '--seed', '3');
  expect(output).toMatch(/^6 kills, \d+ saves interrupted: 0 lost, 0 damaged, 0 temporary files left$/m);
});

it('predictions of a server leave memory and threads as they were', async () => {
  const output = await run('endurance', 'requests', '--share', '0.005');
  expect(output.match(/predictions on the pool/g)?.length).toBe(10);
});

it('hostile requests get answers or a closed connection, and the server stays', async () => {
  const output = await run('requests', '--requests', '200', '--seed', '5');
  expect(output).toMatch(/^200 requests: nothing went wrong$/m);
});
