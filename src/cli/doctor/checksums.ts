import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, version } from '../../core/packageInfo.cjs';
import { messageOf } from '../../core/show.js';
import { candidateBinaries } from '../../kernels/backend.js';

/**
 * Written by scripts/prebuild/sums.mjs in sha256sum format. The path is relative to the package.
 */
const LIST = 'prebuilds/SHA256SUMS';

/** The result of comparing a binary with the list of checksums. */
export interface Checksum {
  /** Relative to the package. */
  path: string;
  /**
   * `same`: the checksum matches the list. `different`: it does not. `unlisted`: the list does not
   * contain the binary. `no list`: there is no list. `unreadable`: the binary or the list cannot be
   * read. `local`: the binary was built on this machine, so no list can contain it.
   */
  outcome: 'same' | 'different' | 'unlisted' | 'no list' | 'unreadable' | 'local';
  /** The checksum of the file. Null if the file cannot be read. */
  sha256: string | null;
  /** The checksum in the list. Null if the list has none. */
  expected: string | null;
  /** The status as a sentence. */
  message: string;
}

/** A line of sha256sum: the checksum, then a space, then a space or, for binary mode, an asterisk. */
const LINE = /^([0-9a-f]{64}) [ *](\S.*)$/;

/** Checksums by file, relative to prebuilds/. Undefined without a list. */
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
 * Compares the candidate binaries that exist on this machine with the list of checksums in the
 * package. It loads none of them, because loading a damaged one may end the process.
 *
 * @param folder the package's folder
 */
export function checkChecksums(folder: string = packageFolder): Checksum[] {
  return candidateBinaries()
    .filter(({ path }) => existsSync(join(folder, path)))
    .map(({ target, path }) => examineBinary(folder, target, path));
}

/** One sentence and a hint for each binary that is not known to match the release. */
export function checksumProblems(checksums: readonly Checksum[]): string[] {
  return checksums
    .filter(({ outcome }) => outcome !== 'same' && outcome !== 'local')
    .map(
      ({ path, message }) =>
        `${path} may not be the file that was released: ${message}. ` +
        `Remove the package's folder and install it again: npm install steepest@${version}`,
    );
}
