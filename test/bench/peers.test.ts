import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
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
