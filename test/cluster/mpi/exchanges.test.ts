import { describe, expect, it } from 'vitest';
import { LAUNCHERS, runJob } from './launchers.js';

describe.each(LAUNCHERS)('an exchange over $name', (launcher) => {
  it.each([
    { ranks: 2, pieceBytes: 0, hosts: 'one' },
    { ranks: 3, pieceBytes: 0, hosts: 'apart' },
    { ranks: 3, pieceBytes: 1000, hosts: 'one' },
    { ranks: 4, pieceBytes: 8192, hosts: 'one' },
  ])('moves the bytes of plans drawn at random: $ranks ranks, pieces of $pieceBytes, $hosts', async (job) => {
    const { ranks, pieceBytes, hosts } = job;
    const args = [String(ranks * 7 + 1), '10', String(pieceBytes), hosts];
    const { code, stdout, stderr } = await runJob(launcher, ranks, 'random-plans.mjs', { args });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.match(/ok [1-9]\d*/g)).toHaveLength(ranks);
  });
});

it('has a launcher or none', () => {
  for (const { name } of LAUNCHERS) expect(['Open MPI', 'MPICH']).toContain(name);
});
