import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, trackedFiles } from '../support/trackedFiles.js';

interface Entry {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
}
interface Lock {
  lockfileVersion: number;
  packages: Record<string, Entry & { dependencies?: Record<string, string> }>;
}

/**
 * Binaries of zig for machines that do not cross-compile
 * releases, whose checksums nobody has taken.
 */
const WITHOUT_INTEGRITY = ['darwin-arm64', 'darwin-x64', 'linux-arm64'].map(
  (platform) => `scripts/prebuild/toolchain/package-lock.json: node_modules/@zigc/${platform}`,
);

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const locks = trackedFiles().filter((file) => basename(file) === 'package-lock.json');

/** Everything that an install downloads. */
function downloads(file: string): [string, Entry][] {
  return Object.entries((read(file) as Lock).packages).filter(([path, entry]) => path !== '' && !entry.link);
}

describe('the lock files', () => {
  it('are all found', () => {
    expect(locks).toEqual(
      expect.arrayContaining([
        'package-lock.json',
        'bench/peers/package-lock.json',
        'scripts/prebuild/toolchain/package-lock.json',
        'scripts/verify/pages/package-lock.json',
        'scripts/verify/tools/package-lock.json',
      ]),
    );
  });

  it('have a SHA-512 for every download', () => {
    const missing = locks.flatMap((file) =>
      downloads(file)
        .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
        .map(([path]) => `${file}: ${path}`),
    );
    expect(missing).toEqual(WITHOUT_INTEGRITY);
  });

  it('leave it to the installing machine where a download comes from', () => {
    const resolved = locks.flatMap((file) =>
      downloads(file)
        .filter(([, entry]) => entry.resolved !== undefined)
        .map(([path]) => `${file}: ${path}`),
    );
    expect(resolved).toEqual([]);
  });

  it.each(locks)('%s fits the package.json beside it', (file) => {
    const manifest = read(file.replace('package-lock', 'package'));
    const root = (read(file) as Lock).packages['']!;
    const keys = [
      'version',
      'license',
      'bin',
      'engines',
      'dependencies',
      'devDependencies',
      'peerDependencies',
    ];
    for (const key of keys) expect([key, root[key as keyof Entry]]).toEqual([key, manifest[key]]);
  });
});
