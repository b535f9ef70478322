import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/show.js';
import { candidateBinaries } from '../../kernels/backend.js';
import { packageFolder, version } from '../packageInfo.cjs';

/** Written by scripts/prebuild/sums.mjs in the format of sha256sum; relative to the package. */
const LIST = 'prebuilds/SHA256SUMS';

/** How a binary compares with the list of checksums. */
export interface Checksum {
  /** Relative to the package. */
  path: string;
  /**
   * `same` as in the list, `different` from it, `unlisted` in it; `no list` where there is none,
   * `unreadable` where the binary or the list is; `local` for a binary that was built here, which
   * no list can know.
   */
  outcome: 'same' | 'different' | 'unlisted' | 'no list' | 'unreadable' | 'local';
  /** Of the file; null if it cannot be read. */
  sha256: string | null;
  /** What the list says; null if it says nothing. */
  expected: string | null;
  /** The same in words. */
  message: string;
}

/** A line of sha256sum: the checksum, then a space, then a space or, for binary mode, an asterisk. */
const LINE = /^([0-9a-f]{64}) [ *](\S.*)$/;

/** Checksum by file, relative to prebuilds/; undefined without a list. */
function readList(folder: string): Map<string, string> | undefined {
  const file = join(folder, LIST);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, sum, name] = LINE.exec(line) ?? [];
      return sum === undefined || name === undefined ? [] : [[name, sum] as const];
    }),
  );
}

function compare(path: string, sha256: string, list: ReturnType<typeof readList>): Checksum {
  if (list === undefined) {
    return { path, outcome: 'no list', sha256, expected: null, message: `no ${LIST} to compare with` };
  }
  const expected = list.get(path.replace('prebuilds/', '')) ?? null;
  if (expected === null) {
    return { path, outcome: 'unlisted', sha256, expected, message: `not in ${LIST}` };
  }
  if (expected === sha256) {
    return { path, outcome: 'same', sha256, expected, message: `as in ${LIST}` };
  }
  const message = `SHA-256 is ${sha256}, but ${expected} in ${LIST}`;
  return { path, outcome: 'different', sha256, expected, message };
}

function examineBinary(folder: string, target: string, path: string): Checksum {
  try {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
    if (target !== 'source') return compare(path, sha256, readList(folder));
    const message = 'built on this machine: no checksum to compare with';
    return { path, outcome: 'local', sha256, expected: null, message };
  } catch (error) {
    const message = `cannot be compared with ${LIST}: ${messageOf(error)}`;
    return { path, outcome: 'unreadable', sha256: null, expected: null, message };
  }
}

/**
 * Compares the binaries that may be loaded on this machine and that are there with the list of
 * checksums in the package. Loads none of them, because loading a damaged one may end the process.
 *
 * @param folder the package's
 */
export function checkChecksums(folder: string = packageFolder): Checksum[] {
  return candidateBinaries()
    .filter(({ path }) => existsSync(join(folder, path)))
    .map(({ target, path }) => examineBinary(folder, target, path));
}

/** One sentence and a hint for each binary that is not known to be the one that was released. */
export function checksumProblems(checksums: readonly Checksum[]): string[] {
  return checksums
    .filter(({ outcome }) => outcome !== 'same' && outcome !== 'local')
    .map(
      ({ path, message }) =>
        `${path} may not be the file that was released: ${message}. ` +
        `Remove the package's folder and install it again: npm install steepest@${version}`,
    );
}
