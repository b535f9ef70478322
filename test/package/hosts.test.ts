import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, trackedFiles } from '../support/trackedFiles.js';

/**
 * Hosts that packages are downloaded from. Which one serves an install
 * is the installing machine's business, a mirror perhaps, so nothing
 * here names one. Written in pieces, so that this file does not.
 */
const INDEXES = [
  ['registry', 'npmjs', 'org'],
  ['npmjs', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'jsr', 'io'],
  ['npmmirror', 'com'],
  ['unpkg', 'com'],
  ['jsdelivr', 'net'],
  ['pypi', 'org'],
  ['pythonhosted', 'org'],
  ['download', 'pytorch', 'org'],
  ['anaconda', 'org'],
  ['proxy', 'golang', 'org'],
  ['crates', 'io'],
].map((parts) => parts.join('.'));

/** Settings that would name one. */
const SETTINGS = /^\s*registry-url:|--(extra-)?index-url|--registry[ =]|^\s*(@[\w-]+:)?registry\s*=/m;

/** Images, weights and the like are not read for words; fixtures are numbers. */
const IS_TEXT = /\.(md|[cm]?[jt]s|json|ya?ml|txt|py|gyp|h|cc|c|inl|sh|csv|html)$|(^|\/)\.?[\w-]+$/;

function mentions(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const hosts = INDEXES.filter((host) => text.includes(host));
  const setting = SETTINGS.exec(text)?.[0];
  return [...hosts, ...(setting === undefined ? [] : [setting])].map((word) => `${file}: ${word}`);
}

describe('the repository', () => {
  it('names no host of a package index', () => {
    const self = 'test/package/hosts.test.ts';
    const files = trackedFiles().filter(
      (file) => IS_TEXT.test(file) && !file.startsWith('test/fixtures/') && existsSync(join(ROOT, file)),
    );
    expect(files).toContain('package-lock.json');
    expect(files).toContain('.github/workflows/publish.yml');
    expect(files.filter((file) => file !== self).flatMap(mentions)).toEqual([]);
  });
});
