import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { data, SteepestError } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '#steepest/cli/commands.js';
import { doctorSpec } from '#steepest/cli/doctor/command.js';
import { EXPECTED_BITS } from '#steepest/cli/doctor/selfTest.js';
import { failureCode, failureText } from '#steepest/cli/failure.js';
import { commandHelp } from '#steepest/cli/help.js';
import { prebuiltTargets } from '#steepest/kernels/addon.cjs';
import { temporaryFolder } from '../support/folder.js';

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  bugs: string;
  bin: { steepest: string };
};
const command = fileURLToPath(new URL(`../../${packageJson.bin.steepest}`, import.meta.url));

const files = temporaryFolder();
let manyTensors: string;
beforeAll(async () => {
  manyTensors = files.path('many.safetensors');
  const names = Array.from({ length: 5000 }, (_, i) => `tensor.${i}`);
  const tensors = names.map((name) => [name, { data: Float32Array.of(1), shape: [1] }] as const);
  await data.writeSafetensors(manyTensors, Object.fromEntries(tensors));
});

function steepest(args: string[], env: Record<string, string> = {}) {
  const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...rest } = process.env;
  return spawnSync(process.execPath, [command, ...args], { env: { ...rest, ...env }, encoding: 'utf8' });
}

describe('steepest', () => {
  it.each([['--version'], ['-v']])('%s prints the version', (flag) => {
    expect(steepest([flag])).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['-h']], [['help']]])('%j lists the commands', (args) => {
    const { status, stdout, stderr } = steepest(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: steepest COMMAND/);
    for (const { spec } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${spec.name}\\b`, 'm'));
  });

  it.each([
    [['doctor', '--help']],
    [['help', 'doctor']],
    [['--help', 'doctor']],
    [['doctor', '--fast', '-h']],
  ])('%j prints the help of one command', (args) => {
    const { status, stdout, stderr } = steepest(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(commandHelp(doctorSpec));
  });

  it.each([
    [[], 'no command'],
    [['--fast'], "no option '--fast'"],
    [['--verion'], "no option '--verion'. Did you mean '--version'?"],
    [['--version', 'now'], "unexpected argument 'now'"],
    [['--help', 'docter'], "no command 'docter'. Did you mean 'doctor'?"],
    [['quantum'], "no command 'quantum'. 'steepest --help' lists them."],
    [['doctor', '--jsn'], "doctor has no option '--jsn'. Did you mean '--json'?"],
    [['doctor', '--json=1'], "--json takes no value, not '1'"],
    [['doctor', 'now'], "doctor takes no argument, not also 'now'"],
    [['inspect'], 'inspect needs FILE: the file of a model or of arrays'],
    [['inspect', 'a', 'b'], "inspect takes only FILE, not also 'b'"],
  ])('answers %j with what is wrong and exit code 2', (args, said) => {
    const { status, stdout, stderr } = steepest(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^steepest: .+\nUsage: steepest .+\nMore: steepest .*--help\n$/);
    expect(stderr).toContain(`steepest: ${said}\n`);
  });

  it('says an error with its code, and how to go on, on stderr', () => {
    const { status, stdout, stderr } = steepest(['inspect', 'none.safetensors']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^steepest: ERR_MODEL_FILE: expected .+, given .+\nhint: .+\n$/);
  });

  it('ends without a word when the reader of its output goes away', async () => {
    // More than a pipe holds, of names; the reader leaves after the first piece.
    const child = spawn(process.execPath, [command, 'inspect', manyTensors, '--json']);
    const said: Buffer[] = [];
    child.stderr.on('data', (piece: Buffer) => said.push(piece));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect({ code, said: Buffer.concat(said).toString() }).toEqual({ code: 141, said: '' });
  });
});

describe('what ended a command', () => {
  it('is a stack and where to report it, if nobody has thought of it', () => {
    const text = failureText(new TypeError('x is no function'));
    expect(text).toMatch(/^TypeError: x is no function\n {4}at .+/);
    expect(text).toContain("'npx steepest doctor'");
    expect(text).toContain(packageJson.bugs);
    expect(failureCode(new TypeError('x'))).toBe(1);
    expect(failureText('a text')).toMatch(/^'a text'\n/);
  });

  it('is Ctrl-C for what was aborted', () => {
    const parts = { expected: 'a', given: 'b', hint: 'Do c.' };
    expect(failureCode(new SteepestError('ERR_ABORTED', parts))).toBe(130);
    expect(failureText(new SteepestError('ERR_EMPTY', parts))).toBe(
      'steepest: ERR_EMPTY: expected a, given b\nhint: Do c.\n',
    );
  });
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
