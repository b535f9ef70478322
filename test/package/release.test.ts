import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prebuildFile, TARGETS } from '../../scripts/prebuild/targets.mjs';
import { releaseProblems } from '../../scripts/release/problems.mjs';
import { PLACEHOLDER } from '../../scripts/release/repository.mjs';
import { ROOT } from '../support/trackedFiles.js';

const OWNER = 'ada';
const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const manifest = (owner: string, version = '1.2.3') =>
  JSON.stringify({ ...own, version }).replaceAll(PLACEHOLDER, owner);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steepest-release-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
/** The folder of a package, whole unless `change` gives other files; null leaves one out. */
function packageOf(change: Record<string, string | null> = {}): string {
  const files: Record<string, string | null> = {
    'package.json': manifest(OWNER),
    'CHANGELOG.md': '# Changelog\n\n## 1.2.3 – 2026-01-02\n',
  };
  let sums = '';
  for (const target of TARGETS) {
    const file = prebuildFile(target);
    files[`prebuilds/${file}`] = target.name;
    sums += `${createHash('sha256').update(target.name).digest('hex')}  ${file}\n`;
  }
  files['prebuilds/SHA256SUMS'] = sums;
  const home = join(folder, String(count++), 'package');
  for (const [path, content] of Object.entries({ ...files, ...change })) {
    if (content === null) continue;
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return home;
}

describe('a release', () => {
  const release = { tag: 'v1.2.3', repository: `${OWNER}/steepest`, npm: '11.5.1' };

  it('may be a whole package', () => {
    expect(releaseProblems(packageOf(), release)).toEqual([]);
    expect(releaseProblems(packageOf(), { tag: 'v1.2.3' })).toEqual([]);
  });

  const [first] = TARGETS;
  const binary = `prebuilds/${prebuildFile(first!)}`;
  it.each<[string, object, Record<string, string | null>, string]>([
    ['another tag', { tag: 'v1.2.4' }, {}, 'the tag is v1.2.4, the version 1.2.3'],
    [
      'the placeholder',
      { repository: undefined },
      { 'package.json': manifest(PLACEHOLDER) },
      `package.json still has the placeholder ${PLACEHOLDER} for the GitHub account in repository, homepage and bugs: write the account there`,
    ],
    [
      'addresses that differ',
      {},
      { 'package.json': manifest(OWNER).replace(`${OWNER}/steepest/issues`, 'eve/steepest/issues') },
      'package.json: bugs should be https://github.com/ada/steepest/issues, not https://github.com/eve/steepest/issues',
    ],
    [
      'the repository of a fork',
      { repository: 'eve/steepest' },
      {},
      'package.json names the repository ada/steepest, this one is eve/steepest',
    ],
    [
      'a version without notes',
      {},
      { 'CHANGELOG.md': '# Changelog\n' },
      'CHANGELOG.md says nothing of 1.2.3',
    ],
    [
      'notes without a date',
      {},
      { 'CHANGELOG.md': '## 1.2.3 – unreleased\n' },
      'CHANGELOG.md calls 1.2.3 unreleased: give it its date',
    ],
    ['a missing binary', {}, { [binary]: null }, `${first!.name} is missing`],
    ['another binary', {}, { [binary]: 'changed' }, `${first!.name} is not the file of SHA256SUMS`],
    [
      'an npm that needs a token',
      { npm: '11.5.0' },
      {},
      'npm is 11.5.0; without a token 11.5.1 and later can publish',
    ],
    [
      'the npm of Node.js 22',
      { npm: '10.9.4' },
      {},
      'npm is 10.9.4; without a token 11.5.1 and later can publish',
    ],
  ])('may not have %s', (_what, change, files, said) => {
    expect(releaseProblems(packageOf(files), { ...release, ...change })).toEqual([said]);
  });

  it.each(['11.6.0', '12.0.0', '12.0.0-pre.1'])('may be published by npm %s', (npm) => {
    expect(releaseProblems(packageOf(), { ...release, npm })).toEqual([]);
  });

  it('is refused by the script while nobody has filled in the account', () => {
    const home = packageOf({ 'package.json': manifest(PLACEHOLDER) });
    // Relative paths: tar takes the colon of a Windows path for a host.
    const cwd = dirname(home);
    expect(spawnSync('tar', ['-czf', 'package.tgz', 'package'], { cwd }).status).toBe(0);
    const { GITHUB_REPOSITORY: _repository, GITHUB_ACTIONS: _actions, ...env } = process.env;
    const args = [join(ROOT, 'scripts/check-release.mjs'), 'package.tgz', 'v1.2.3'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
    expect(stderr).toContain(PLACEHOLDER);
    expect(status).toBe(1);
  });
});

describe('the workflow that publishes', () => {
  const workflow = readFileSync(join(ROOT, '.github/workflows/publish.yml'), 'utf8');
  const settings = workflow.replace(/^\s*#.*$/gm, '');

  it('has an identity and no token', () => {
    expect(settings).toMatch(/^ {6}id-token: write$/m);
    expect(settings).not.toMatch(/secrets\.|NODE_AUTH_TOKEN|NPM_TOKEN|_authToken/);
  });

  it('publishes with provenance what check-release let pass', () => {
    const [checked, published] = ['check-release.mjs', 'npm publish --provenance'].map((words) =>
      settings.indexOf(words),
    );
    expect(checked).toBeGreaterThan(0);
    expect(published).toBeGreaterThan(checked!);
  });
});
