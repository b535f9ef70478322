import { describe, expect, it } from 'vitest';
import { LAUNCHERS, type MpiLauncher, runJob } from './launchers.js';

/** What ends a job, so that each needs a job of its own: the words on rank 0. */
const FAILURES = {
  'another call': /barrier\(\) on rank 0 and gather\(\) on rank 1/,
  'another size': /100000 bytes from rank 1, where rank 0 expects 50000/,
  'one call less': /gather\(\) on rank 0 and close\(\) on rank 1/,
  silence: /all ranks to take part in barrier\(\) within 1000 ms, given no answer of rank 1/,
  'after a failure': /a job in which nothing has failed/,
};

/** What is refused before a byte is sent. */
const PLANS = {
  'a foreign peer': /ranks of this job .*, given message 0/,
  itself: /ranks of this job .*, given message 0/,
  'two for one': /one message to and one from each rank at most, given two with rank/,
  'beyond the memory': /byte ranges within the memory, given ranges of message 0/,
  'half a byte': /byte ranges within the memory, given ranges of message 0/,
  'detached memory': /the memory that the exchange was prepared for/,
  released: /an exchange that is not released/,
};

/** Runs cases of a program, and compares what rank 0 says of them. */
async function expectRefusals(launcher: MpiLauncher, cases: Record<string, RegExp>): Promise<void> {
  const { code, stdout } = await runJob(launcher, 2, 'refused.mjs', { args: Object.keys(cases) });
  const lines = stdout.split(/\r?\n/);
  for (const [what, words] of Object.entries(cases)) {
    const line = lines.find((each) => each.includes(`${what}, rank 0: `));
    expect(line).toMatch(/ERR_CLUSTER/);
    expect(line).toMatch(words);
  }
  expect(code).not.toBe(0);
}

describe.each(LAUNCHERS)('a link over $name', (launcher) => {
  it.each(Object.entries(FAILURES))('refuses: %s', (what, words) =>
    expectRefusals(launcher, { [what]: words }),
  );

  it('refuses plans that do not fit', () => expectRefusals(launcher, PLANS));
});

it('has cases', () => {
  expect(Object.keys({ ...FAILURES, ...PLANS })).toHaveLength(12);
});
