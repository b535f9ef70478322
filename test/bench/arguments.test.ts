import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

function run(...args: string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'bench/run.mjs'), ...args], { encoding: 'utf8' });
}

describe('node bench/run.mjs', () => {
  it('prints every option and suite with --help', () => {
    const { status, stdout, stderr } = run('--help');
    expect([status, stderr]).toEqual([0, '']);
    for (const name of ['peers', 'quick', 'only', 'rounds', 'workers', 'data', 'isa', 'write-docs']) {
      expect(stdout).toContain(`--${name}`);
    }
    for (const suite of ['kernels', 'training', 'mnist', 'leastSquares']) expect(stdout).toContain(suite);
  });

  it.each([
    [['--hlep'], /Unknown option '--hlep'/],
    [['--only', 'none'], /no suite none; there are training/],
    [['--rounds', '0'], /--rounds takes a whole number above 0/],
    [['--write-docs'], /bench:peers/],
  ])('%j is refused without a stack', (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/--help lists the options/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
