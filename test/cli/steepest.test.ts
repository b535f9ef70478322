import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXPECTED_BITS } from '#steepest/cli/doctor/selfTest.js';
import { prebuiltTargets } from '#steepest/kernels/addon.cjs';

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  bin: { steepest: string };
};
const command = fileURLToPath(new URL(`../../${packageJson.bin.steepest}`, import.meta.url));

function steepest(args: string[], env: Record<string, string> = {}) {
  const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...rest } = process.env;
  return spawnSync(process.execPath, [command, ...args], { env: { ...rest, ...env }, encoding: 'utf8' });
}

describe('steepest', () => {
  it('prints its version and its usage', () => {
    expect(steepest(['--version'])).toMatchObject({ status: 0, stdout: `${packageJson.version}\n` });
    const { status, stdout } = steepest(['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: steepest <command>/);
  });

  it.each([[], ['train'], ['--fast'], ['doctor', '--fast'], ['doctor', 'now']].map((args) => [args]))(
    'answers %j with its usage and exit code 2',
    (args) => {
      const { status, stdout, stderr } = steepest(args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^steepest: .+\n\nUsage: /s);
    },
  );
});

describe('steepest doctor', () => {
  it('says what runs, and that it computes right', () => {
    const { status, stdout, stderr } = steepest(['doctor', '--json']);
    const report = JSON.parse(stdout);
    expect(report.problems).toEqual([]);
    expect(report.backend).toMatchObject({ kind: 'native', target: 'source' });
    expect(report.runtime).toMatchObject({ name: 'node', version: process.versions.node });
    expect(report.binaries.map(({ target }: { target: string }) => target)).toEqual([
      'source',
      ...prebuiltTargets,
    ]);
    expect(report.checksums[0]).toMatchObject({ path: 'build/Release/steepest.node', outcome: 'local' });
    for (const run of report.selfTest.bits) expect(run).toMatchObject({ sha256: EXPECTED_BITS, same: true });
    expect(report.selfTest.speed.gemm).toBeGreaterThan(0);
    expect(status).toBe(0);
    expect(stderr).toBe('');
  });

  it('prints a block for a bug report', () => {
    const { status, stdout } = steepest(['doctor'], { STEEPEST_BACKEND: 'typescript' });
    expect(stdout).toMatch(/^```\nsteepest +\d.*\n```\n$/s);
    expect(stdout).toMatch(/^environment .*STEEPEST_BACKEND=typescript/m);
    expect(stdout).toContain('typescript, exact × 1 same');
    expect(stdout).toContain('No problem found.');
    expect(status).toBe(0);
  });

  it('goes on when the environment asks for what there is not', () => {
    const { status, stdout } = steepest(['doctor'], { STEEPEST_BACKEND: 'gpu' });
    expect(stdout).toMatch(
      /PROBLEMS\nexpected STEEPEST_BACKEND to be one of native, typescript, given 'gpu'/,
    );
    expect(stdout).toContain('typescript, exact × 2 same');
    expect(status).toBe(1);
  });
});
