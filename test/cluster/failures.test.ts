import { describe, expect, it } from 'vitest';
import { launch, launchers } from '../support/cluster/launch.js';

/** What rank 1 of two does, while rank 0 waits for it in a barrier. */
const FAULTS: Record<string, { code: string; says: RegExp }> = {
  throws: {
    code: "throw new TypeError('a fault of rank ' + c.rank);",
    says: /steepest: rank 1 of 2: TypeError: a fault of rank 1/,
  },
  'leaves a rejection unhandled': {
    code: "void Promise.reject(new RangeError('nobody waits')); await new Promise((r) => setTimeout(r, 60_000));",
    says: /steepest: rank 1 of 2: RangeError: nobody waits/,
  },
  'ends with exit code 0': {
    code: 'process.exit(0);',
    says: /steepest: rank 1 of 2: process\.exit\(0\) before close\(\)/,
  },
  'ends with exit code 3': {
    code: 'process.exit(3);',
    says: /steepest: rank 1 of 2: process\.exit\(3\) before close\(\)/,
  },
  'calls something else': {
    code: 'await c.gather(1);',
    says: /ERR_CLUSTER: expected all ranks to make the same calls.*(barrier\(\).*gather\(\)|gather\(\).*barrier\(\))/,
  },
  'fails in a worker thread': {
    code: "const { Worker } = await import('node:worker_threads'); new Worker('throw new Error(\"of a thread\")', { eval: true }); await new Promise((r) => setTimeout(r, 60_000));",
    says: /steepest: rank 1 of 2: (?:[^\n]*\n){0,5}Error: of a thread/,
  },
  'is killed': { code: "process.kill(process.pid, 'SIGKILL');", says: /^/ },
};

const program = (fault: string, timeoutMs = 60_000) => `
import { cluster } from 'steepest/cluster';
console.log(process.pid);
const c = await cluster({ timeoutMs: ${timeoutMs} });
if (c.rank === 1) { ${fault} }
await c.barrier();
await c.barrier();
await c.close();
`;

/** Far below the time limit of the ranks: nobody waited for it. */
const PROMPT_MS = 30_000;

/** A time limit within which ranks start on a busy machine. */
const LIMIT_MS = 8_000;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Processes that a launcher has killed may take a moment to go. */
async function expectGone(pids: readonly number[]): Promise<void> {
  expect(pids.every((pid) => pid > 0)).toBe(true);
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
}

describe.each(launchers())('a job under %s', (launcher) => {
  it.each(Object.entries(FAULTS))('ends if a rank %s', async (_, { code, says }) => {
    const ended = await launch(program(code), { ranks: 2, launcher });
    expect(ended.timedOut).toBe(false);
    expect(ended.code).not.toBe(0);
    expect(ended.ms).toBeLessThan(PROMPT_MS);
    expect(ended.stderr).toMatch(says);
    await expectGone(ended.ranks.map(({ stdout }) => Number(stdout)));
  });

  it('ends if a rank sleeps for longer than the time limit', async () => {
    const sleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000);';
    const ended = await launch(program(sleep, LIMIT_MS), { ranks: 2, launcher });
    expect(ended.timedOut).toBe(false);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/rank 0 of 2: ERR_CLUSTER: expected all ranks to take part in barrier\(\)/);
    expect(ended.stderr).toMatch(/no answer of rank 1/);
    await expectGone(ended.ranks.map(({ stdout }) => Number(stdout)));
  });

  it('ends well without close()', async () => {
    const text =
      "import { cluster } from 'steepest/cluster';\nconst c = await cluster();\nconsole.log(c.size);\n";
    const ended = await launch(text, { ranks: 2, launcher });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.ranks.map(({ stdout }) => stdout.trim())).toEqual(['2', '2']);
    expect(ended.stderr).not.toContain('steepest');
  });
});

describe('ranks over sockets', () => {
  it('may all fail at once, each with its message', async () => {
    const text = `
import { cluster } from 'steepest/cluster';
const c = await cluster();
await c.barrier();
throw new Error('all of us');
`;
    const { code, stderr } = await launch(text, { ranks: 4 });
    expect(code).toBe(1);
    expect(stderr).toMatch(/steepest: rank \d of 4: Error: all of us/);
  });

  it('go on after an error that the program handles', async () => {
    const text = `
import { cluster } from 'steepest/cluster';
const c = await cluster();
process.on('uncaughtException', ({ message }) => console.log('handled ' + message));
setTimeout(() => { throw new Error('an accident'); }, 1);
await new Promise((resolve) => setTimeout(resolve, 200));
await c.barrier();
await c.close();
`;
    const { code, ranks, stderr } = await launch(text, { ranks: 2 });
    expect(code, stderr).toBe(0);
    expect(ranks.map(({ stdout }) => stdout.trim())).toEqual(['handled an accident', 'handled an accident']);
  });

  it('end though the main thread of the rank that fails is busy', async () => {
    const text = `
import { cluster } from 'steepest/cluster';
const c = await cluster({ timeoutMs: ${LIMIT_MS} });
if (c.rank === 0) { void c.barrier(); await 0; for (;;); }
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;
    const { code, stderr, timedOut } = await launch(text, { ranks: 2 });
    expect(timedOut).toBe(false);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/rank 0 of 2: .*no answer of rank 1.*The main thread is busy/s);
  });

  it('do not start without the others', async () => {
    const text = `
import { cluster } from 'steepest/cluster';
if (process.env.STEEPEST_CLUSTER_RANK === '1') await new Promise((resolve) => setTimeout(resolve, 60_000));
const error = await cluster({ timeoutMs: 500 }).catch((error) => error);
console.log(error.code, error.given);
process.exit(4);
`;
    const { code, ranks } = await launch(text, { ranks: 2 });
    expect(code).toBe(4);
    expect(ranks[0]!.stdout.trim()).toBe('ERR_CLUSTER no answer of rank 1');
  });
});
