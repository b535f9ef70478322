import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { SteepestError } from '../core/errors.js';
import { showPath } from '../core/systemErrors.js';

/** What the search for a target needs of `node:fs/promises`. */
export interface PathSystem {
  realpath(path: string): Promise<string>;
  readlink(path: string): Promise<string>;
  stat(path: string): Promise<Stats>;
  access(path: string, mode: number): Promise<void>;
}

/** The part of `fs.Stats` that decides how a file is written. */
export interface Stats {
  mode: number;
  uid: number;
  gid: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isCharacterDevice(): boolean;
  isSocket(): boolean;
}

/** Where bytes go, and how. */
export type WriteTarget =
  /** A regular file, or nothing yet: a new file takes the place of `path`, which is no link. */
  | { kind: 'replace'; path: string; old: Stats | undefined }
  /** A pipe, a terminal, /dev/null: opened and written to. */
  | { kind: 'through'; path: string }
  /** A file that this process has open already: written to from where it stands. */
  | { kind: 'descriptor'; fd: number };

/** As many links in a row as Linux follows. */
const MOST_LINKS = 40;
/** `fs.constants.W_OK`, the same number on every system. */
const MAY_WRITE = 2;
const STANDARD = ['stdin', 'stdout', 'stderr'] as const;

/** A system's error as Node.js makes it, for what it would not notice by itself. */
function systemError(code: string, words: string): Error {
  return Object.assign(new Error(`${code}: ${words}`), { code });
}

async function unlessAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Finds out what a path stands for. Links are followed, also one whose target is not there yet.
 * @throws the system's errors; SteepestError `ERR_MODEL_FILE` for what no file can be written to
 */
export async function findTarget(path: string, files: PathSystem): Promise<WriteTarget> {
  const stats = await unlessAbsent(files.stat(path));
  if (stats === undefined) return { kind: 'replace', path: await absentTarget(path, files), old: undefined };
  if (stats.isDirectory()) throw systemError('EISDIR', 'illegal operation on a directory');
  if (stats.isFIFO() || stats.isCharacterDevice()) return { kind: 'through', path };
  if (!stats.isFile()) refuse(path, stats);
  const fd = ownDescriptor(path);
  if (fd !== undefined) return { kind: 'descriptor', fd };
  const target = await files.realpath(path);
  // A rename asks only for the right to write to the folder:
  // it would replace a file that is protected.
  await files.access(target, MAY_WRITE);
  return { kind: 'replace', path: target, old: stats };
}

function refuse(path: string, stats: Stats): never {
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${showPath(path)} to be a file, a pipe or a device that takes bytes`,
    given: stats.isSocket() ? 'a socket' : 'a block device',
    hint: stats.isSocket()
      ? 'Name a file, or send the bytes of a file through the socket.'
      : 'Name a file: writing to a disk itself would destroy what is on it.',
  });
}

/**
 * The path at the end of a chain of links whose last one
 * points to nothing; the path itself if it is no link.
 */
async function absentTarget(path: string, files: PathSystem): Promise<string> {
  let place = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    if (place.endsWith('/') || place.endsWith(sep)) {
      throw systemError('ENOENT', `no such folder`);
    }
    const link = await files.readlink(place).catch((error: unknown) => {
      // EINVAL: there is something that is no link; Windows says UNKNOWN.
      if (['ENOENT', 'EINVAL', 'UNKNOWN'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return undefined;
      throw error;
    });
    if (link === undefined) return join(await files.realpath(dirname(place)), basename(place));
    // A link is read from the folder that it really lies in: `..` in it means that folder's parent.
    place = isAbsolute(link) ? link : join(await files.realpath(dirname(place)), link);
  }
  throw systemError('ELOOP', 'too many symbolic links encountered');
}

/**
 * The number in /dev/stdout, /dev/fd/3 and their like. Replacing the file
 * behind one would leave whoever redirected the output to it with the old
 * one, and opening it a second time would write over what is there.
 */
function ownDescriptor(path: string): number | undefined {
  const standard = STANDARD.findIndex((name) => path === `/dev/${name}`);
  if (standard >= 0) return standard;
  const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
