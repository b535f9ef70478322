import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PeerProcess } from '../../bench/lib/peerProcess.mjs';
import { Peers } from '../../bench/lib/peers.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));

describe('the versions of the other libraries', () => {
  const python = read('bench/peers/requirements.txt')
    .trim()
    .split('\n')
    .map((line) => line.split('=='));
  const npm = Object.entries(json('bench/peers/package.json').dependencies as Record<string, string>);
  const own = json('package.json').dependencies as Record<string, string>;
  const all = [...python, ...npm, ['csv-parse', own['csv-parse']!]] as [string, string][];

  test.each(all)('%s is pinned to %s, which docs/benchmarks.md says', (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    const rows = read('docs/benchmarks.md')
      .split('\n')
      .filter((line) => /^\| /.test(line) && line.toLowerCase().includes(name.toLowerCase()));
    expect(rows.some((row) => row.includes(`| ${version} |`))).toBe(true);
  });

  test('are those that stand in the lock file', () => {
    const { packages } = json('bench/peers/package-lock.json');
    for (const [name, version] of npm) expect(packages[`node_modules/${name}`].version).toBe(version);
  });
});

describe('the report', () => {
  let home: string;
  const readme = () => readFileSync(join(home, 'README.md'), 'utf8');
  const report = (...args: string[]) =>
    execFileSync(process.execPath, ['bench/report/report.mjs', ...args], {
      cwd: home,
      encoding: 'utf8',
      stdio: 'pipe',
    });

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'steepest-report-'));
    mkdirSync(join(home, 'bench'));
    for (const folder of ['report', 'results', 'suites', 'lib'])
      cpSync(join(ROOT, 'bench', folder), join(home, 'bench', folder), { recursive: true });
    const { imports } = json('package.json');
    writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, imports }));
    symlinkSync(join(ROOT, 'dist'), join(home, 'dist'), 'junction');
    mkdirSync(join(home, 'node_modules'));
    symlinkSync(ROOT, join(home, 'node_modules', 'steepest'), 'junction');
    mkdirSync(join(home, 'docs'));
    for (const name of ['README.md', 'docs/benchmarks.md'])
      writeFileSync(join(home, name), 'mine <!-- bench -->\nold\n<!-- bench --> too\n');
  });
  afterAll(() => rmSync(home, { recursive: true }));

  test('leaves the documents alone', () => {
    expect(report()).toBe('wrote bench/report.html\n');
    expect(readme()).toBe('mine <!-- bench -->\nold\n<!-- bench --> too\n');
  });

  test('writes their tables when asked', () => {
    expect(report('--write-docs')).toContain('wrote README.md\nwrote docs/benchmarks.md');
    expect(readFileSync(join(home, 'docs/benchmarks.md'), 'utf8')).toMatch(
      /^mine <!-- bench -->\n### .*ahead of the best.*\n<!-- bench --> too\n$/s,
    );
    expect(readme()).toMatch(/^mine <!-- bench -->\n.*medians.*\n<!-- bench --> too\n$/is);
  });

  test('knows no other option', () => {
    expect(() => report('--write-readme')).toThrow(/Unknown option '--write-readme'/);
  });
});

describe('rivals', () => {
  // Names an interpreter, so that none is installed.
  beforeAll(() => {
    process.env.STEEPEST_BENCH_PYTHON = 'python3';
  });
  afterAll(() => {
    delete process.env.STEEPEST_BENCH_PYTHON;
  });
  const labels = (list: readonly { label: string }[]) => list.map(({ label }) => label);
  const peersOf = (workers: number, vendor?: string) => new Peers('avx2', workers, vendor);

  test('have as many threads as steepest has workers, and one', () => {
    const peers = peersOf(4, 'GenuineIntel');
    expect(labels(peers.pytorch())).toEqual(['PyTorch, 1 thread', 'PyTorch, 4 threads']);
    expect(labels(peers.jax())).toEqual(['JAX, 1 core', 'JAX, 4 cores']);
    expect(peers.jax().map(({ cores }) => cores)).toEqual([1, 4]);
    const alone = peersOf(1, 'GenuineIntel');
    expect(labels(alone.jax())).toEqual(['JAX, 1 core']);
    for (const one of [peers, alone]) one.close();
  });

  test('are forced to AVX-512 where they do not take it by themselves', async () => {
    const peers = peersOf(1, 'AuthenticAMD');
    const [, forced] = peers.pytorch();
    expect(forced?.label).toBe('PyTorch, 1 thread, AVX-512');
    await expect(forced?.ask({ task: 'steps' })).rejects.toThrow('no AVX-512 to force');
    peers.close();
  });

  test('that do not start are absent with the reason', async () => {
    const peer = new PeerProcess({ command: join(ROOT, 'no-such-program') }, []);
    await expect(peer.ask({ task: 'versions' })).rejects.toThrow(/no-such-program does not start/);
    const missing = new PeerProcess({ absent: 'not installed' }, []);
    await expect(missing.ask({ task: 'versions' })).rejects.toThrow('not installed');
  });

  test('answer one request after the other, and say what failed', async () => {
    const script = [
      "process.stdin.on('data', (text) => {",
      '  const { task } = JSON.parse(text);',
      "  console.log(JSON.stringify(task === 'good' ? { seconds: 2 } : { error: 'no such task' }));",
      '});',
    ].join('\n');
    const peer = new PeerProcess({ command: process.execPath }, ['-e', script]);
    expect(await peer.ask({ task: 'good' })).toEqual({ seconds: 2 });
    await expect(peer.ask({ task: 'bad' })).rejects.toThrow('no such task');
    expect(await peer.ask({ task: 'good' })).toEqual({ seconds: 2 });
    peer.end();
  });
});
