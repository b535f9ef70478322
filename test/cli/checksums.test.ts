import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkChecksums, checksumProblems } from '#steepest/cli/doctor/checksums.js';
import { candidateBinaries } from '#steepest/kernels/backend.js';
import { writeSums } from '../../scripts/prebuild/sums.mjs';
import { installInto } from '../support/installedPackage.js';
import { ROOT } from '../support/trackedFiles.js';

const LOCAL = 'build/Release/steepest.node';
const LIST = 'prebuilds/SHA256SUMS';
/** What this machine would load of an installed package. */
const own = candidateBinaries().find(({ path }) => path !== LOCAL)!.path;
const listed = own.replace('prebuilds/', '');

/** Example B.1 of FIPS 180-2. */
const CONTENT = 'abc';
const SUM = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const OTHER_SUM = SUM.replace('b', 'c');

/** A package of binaries alone. */
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-checksums-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  for (const folder of ['prebuilds', 'build']) rmSync(join(home, folder), { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
}

describe('the checksum of a binary', () => {
  it.each([
    ['text mode', `${SUM}  ${listed}\n`],
    ['binary mode', `${SUM} *${listed}\n`],
    ['a list among others, with the line ends of Windows', `${OTHER_SUM}  x.node\r\n${SUM}  ${listed}\r\n`],
  ])('is right: %s', (_, list) => {
    put(own, CONTENT);
    put(LIST, list);
    const found = checkChecksums(home);
    expect(found).toMatchObject([{ path: own, outcome: 'same', sha256: SUM, expected: SUM }]);
    expect(checksumProblems(found)).toEqual([]);
  });

  it('is right in the list that a release writes', () => {
    put(own, CONTENT);
    writeSums(join(home, 'prebuilds'));
    expect(checkChecksums(home)).toMatchObject([{ path: own, outcome: 'same', expected: SUM }]);
  });

  it.each<[string, string | undefined, string, string | null, string]>([
    ['of a changed file', `${OTHER_SUM}  ${listed}\n`, 'different', OTHER_SUM, `${OTHER_SUM} in ${LIST}`],
    ['without a list', undefined, 'no list', null, `no ${LIST} to compare with`],
    ['that the list leaves out', `${SUM}  x.node\n`, 'unlisted', null, `not in ${LIST}`],
    ['in a damaged list', `${SUM.slice(1)}  ${listed}\n`, 'unlisted', null, `not in ${LIST}`],
    ['in an empty list', '', 'unlisted', null, `not in ${LIST}`],
  ])('is a problem %s', (_, list, outcome, expected, words) => {
    put(own, CONTENT);
    if (list !== undefined) put(LIST, list);
    const found = checkChecksums(home);
    expect(found).toMatchObject([{ path: own, outcome, sha256: SUM, expected }]);
    const [problem, ...more] = checksumProblems(found);
    expect(problem).toContain(`${own} may not be the file that was released: `);
    expect(problem).toContain(words);
    expect(problem).toMatch(/install it again: npm install steepest@\d/);
    expect(more).toEqual([]);
  });

  it.each([own, LIST])('is a problem where %s cannot be read', (path) => {
    put(own, CONTENT);
    put(LIST, `${SUM}  ${listed}\n`);
    rmSync(join(home, path));
    mkdirSync(join(home, path));
    const found = checkChecksums(home);
    expect(found).toMatchObject([{ path: own, outcome: 'unreadable', sha256: null, expected: null }]);
    expect(checksumProblems(found)).toHaveLength(1);
  });

  it('is not asked of a binary that was built on this machine', () => {
    put(LOCAL, CONTENT);
    const found = checkChecksums(home);
    expect(found).toMatchObject([{ path: LOCAL, outcome: 'local', sha256: SUM, expected: null }]);
    expect(found[0]!.message).toBe('built on this machine: no checksum to compare with');
    expect(checksumProblems(found)).toEqual([]);
  });

  it('is none where there is no binary', () => {
    put(LIST, `${SUM}  ${listed}\n`);
    expect(checkChecksums(home)).toEqual([]);
  });
});

describe('steepest doctor', () => {
  it('fails for a binary that loads but is not the released one', () => {
    installInto(home);
    const binary = readFileSync(join(ROOT, LOCAL));
    put(own, Buffer.concat([binary, Buffer.alloc(1)]));
    put(LIST, `${createHash('sha256').update(binary).digest('hex')}  ${listed}\n`);
    const command = join(home, 'dist/bundle/cjs/cli.js');
    const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'doctor', '--json'], {
      env,
      encoding: 'utf8',
    });
    const report = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(report.checksums).toMatchObject([{ path: own, outcome: 'different' }]);
    expect(report.problems).toHaveLength(1);
    expect(stderr).toBe(`steepest: ${report.problems[0]}\n`);
  });
});
