import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  bin: { steepest: string };
  files: string[];
};
const names = readdirSync(join(ROOT, 'examples'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length));
const firstLine = (name: string) =>
  readFileSync(join(ROOT, 'examples', `${name}.mjs`), 'utf8').split('\n')[0]!;

/** A user's folder, with the package in its node_modules. */
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-example-'));
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(ROOT, join(home, 'node_modules', 'steepest'), 'junction');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function node(args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: home }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
const steepest = (...args: string[]) => node([join(ROOT, manifest.bin.steepest), ...args]);

describe('steepest example', () => {
  it('lists what the package brings along, with a sentence each', async () => {
    expect(manifest.files).toContain('examples');
    expect(names.length).toBeGreaterThan(7);
    const { status, stdout } = await steepest('example');
    expect(status).toBe(0);
    for (const name of names) {
      const line = stdout.split('\n').find((text) => text.startsWith(`  ${name} `));
      expect(`// ${line?.slice(2 + name.length).trim()}`).toBe(firstLine(name));
      expect(line).toMatch(/\.$/);
      expect(line!.length).toBeLessThanOrEqual(100);
    }
  });

  it('runs one in the current folder, with its options', async () => {
    const { status, stdout } = await steepest('example', 'train', '--epochs', '2', '--workers', '1');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^2 epochs in .*\nheld-out rows: .*\n\nsaved to digits\.safetensors, loaded again/m,
    );
    expect(statSync(join(home, 'digits.safetensors')).size).toBeGreaterThan(30_000);
    expect(readdirSync(home).sort()).toEqual(['digits.safetensors', 'node_modules']);
  });

  it('copies the source of one, with all that it reads, and it runs there', async () => {
    const { status, stdout } = await steepest('example', 'digits-network', '--copy');
    expect(status).toBe(0);
    expect(stdout).toContain(join('digits-network', 'digits-network.mjs'));
    const copied = readdirSync(join(home, 'digits-network'), { recursive: true, encoding: 'utf8' });
    expect(copied.map((path) => path.replaceAll('\\', '/')).sort()).toEqual([
      'data',
      'data/digits.csv',
      'digits-network.mjs',
      'lib',
      'lib/load-digits.mjs',
      'lib/options.mjs',
      'lib/table.mjs',
    ]);
    const args = ['digits-network/digits-network.mjs', '--rows', '50', '--epochs', '1'];
    const run = await node(args);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain('50 rows to train on');
    // A second time would overwrite what the user has changed.
    const again = await steepest('example', 'digits-network', '--copy');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain("there is a 'digits-network' here already");
  });

  it.each([
    [['example', 'mnist-cn'], "no example 'mnist-cn'. Did you mean 'mnist-cnn'?"],
    [['example', 'quantum'], `no example 'quantum'. There are ${[...names].sort().join(', ')}.`],
    [['example', '--copy'], '--copy goes after the name of an example'],
    [['example', 'train', '--copy', '--epochs', '3'], '--copy goes with no other option'],
    [['example', '--all'], "example has no option '--all'"],
    [['exmaple'], "no command 'exmaple'. Did you mean 'example'?"],
  ])('answers %j with what is wrong and exit code 2', async (args, said) => {
    const { status, stdout, stderr } = await steepest(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`steepest: ${said}`);
    expect(stderr).toContain('Usage: steepest ');
  });
});

describe("an example's own options", () => {
  it.each(names)('%s says in its first comment how it is run', (name) => {
    const source = readFileSync(join(ROOT, 'examples', `${name}.mjs`), 'utf8');
    expect(source.split('\n')[1]).toMatch(new RegExp(`^//   npx steepest example ${name}( |$)`));
    expect(source).toMatch(/(read|page)Options\(import\.meta\.url, /);
  });

  it('--help prints that comment', async () => {
    const { status, stdout } = await steepest('example', 'least-squares', '--help');
    expect(status).toBe(0);
    expect(`// ${stdout.split('\n')[0]}`).toBe(firstLine('least-squares'));
    expect(stdout).toContain('npx steepest example least-squares [--rows 100000]');
  });

  it.each([
    ['least-squares', ['--rows', '1.5'], "--rows takes a whole number above 0, not '1.5'."],
    ['train', ['--workers', 'all'], "--workers takes a whole number above 0, or 'auto', not 'all'."],
    ['digits-network', ['--data', 'none'], "--data takes a folder that is there, not 'none'."],
    ['train', ['--data', 'none'], 'https://ossci-datasets.s3.amazonaws.com/mnist/'],
    ['cifar-cnn', ['--data', 'none'], 'https://www.cs.toronto.edu/~kriz/cifar.html'],
    ['mnist-cnn', ['--epoch', '3'], "Unknown option '--epoch'"],
    ['california-housing', ['a.csv'], "Unexpected argument 'a.csv'."],
  ])('%s %j is refused with what it takes', async (name, args, said) => {
    const { status, stdout, stderr } = await node([join(ROOT, 'examples', `${name}.mjs`), ...args]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(said);
    expect(stderr).toContain(`npx steepest example ${name}`);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('the housing table says where it is to be had', async () => {
    const { status, stderr } = await node([join(ROOT, 'examples', 'california-housing.mjs')]);
    expect(status).toBe(1);
    expect(stderr).toContain('There is no housing.csv. Pass its folder as --data DIR;');
    expect(existsSync(join(home, 'housing.csv'))).toBe(false);
  });
});
