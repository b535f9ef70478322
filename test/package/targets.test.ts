import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { prebuiltTargets } from '#steepest/kernels/addon.cjs';
import { prebuildFile, TARGETS, targetsNamed } from '../../scripts/prebuild/targets.mjs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the targets', () => {
  it('are six, named after platform and processor', () => {
    expect(TARGETS.map((target) => target.name)).toEqual([
      'linux-x64',
      'linux-arm64',
      'darwin-x64',
      'darwin-arm64',
      'win32-x64',
      'win32-arm64',
    ]);
  });

  it('are those that the loader knows, under the same file names', () => {
    expect(prebuiltTargets).toEqual(TARGETS.map((target) => target.name));
    const loader = read('src/kernels/addon.cts');
    const required = [...loader.matchAll(/require\('..\/..\/..\/prebuilds\/([^']+)'\)/g)].map(
      ([, file]) => file,
    );
    expect(required).toEqual(TARGETS.map(prebuildFile));
  });

  it('are all in docs/install.md', () => {
    const docs = read('docs/install.md');
    for (const target of TARGETS) expect(docs).toContain(`prebuilds/${prebuildFile(target)}`);
  });

  it('are refused under another name', () => {
    expect(() => targetsNamed(['linux-mips'])).toThrow(/No target 'linux-mips'.*win32-arm64/);
  });
});
