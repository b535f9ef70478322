import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { SteepestError } from '../core/errors.js';
import { showPath } from '../core/systemErrors.js';

/** The functions of `node:fs/promises` that the search for a target uses. */
export interface PathSystem {
  realpath(path: string): Promise<string>;
  readlink(path: string): Promise<string>;
  stat(path: string): Promise<Stats>;
  access(path: string, mode: number): Promise<void>;
}

/** The parts of `fs.Stats` that decide how a file is written. */
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

/** Where to write, and how. */
export type WriteTarget =
  /** A regular file or a new one: the written file replaces `path`, which is not a link. */
  | { kind: 'replace'; path: string; old: Stats | undefined }
  /** A pipe, a terminal or /dev/null: opened and written to. */
  | { kind: 'through'; path: string }
  /** A file that this process already has open: written at its current position. */
  | { kind: 'descriptor'; fd: number };

/** The number of links that Linux follows. */
const MOST_LINKS = 40;
/** `fs.constants.W_OK`, the same number on every system. */
const MAY_WRITE = 2;
const STANDARD = ['stdin', 'stdout', 'stderr'] as const;

/** A system error in the form Node.js gives it, for faults that the system would not report. */
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
 * Determines what a path refers to. Links are followed, even to a target that does not exist yet.
 * @throws the system's errors; SteepestError `ERR_MODEL_FILE` for things that a file cannot be
 *   written to
 */
export async function findTarget(path: string, files: PathSystem): Promise<WriteTarget> {
  const stats = await unlessAbsent(files.stat(path));
  if (stats === undefined) return newFile(path, files);
  if (stats.isDirectory()) throw systemError('EISDIR', 'illegal operation on a directory');
  if (stats.isFIFO() || stats.isCharacterDevice()) return { kind: 'through', path };
  if (!stats.isFile()) refuse(path, stats);
  const fd = ownDescriptor(path);
  if (fd !== undefined) return { kind: 'descriptor', fd };
  // Another program may have removed the file since `stat` saw it.
  const target = await unlessAbsent(writablePath(path, files));
  return target === undefined ? newFile(path, files) : { kind: 'replace', path: target, old: stats };
}

const newFile = async (path: string, files: PathSystem): Promise<WriteTarget> => ({
  kind: 'replace',
  path: await absentTarget(path, files),
  old: undefined,
});

/** The path of a file without links. A rename would replace a protected file too: refuses those. */
async function writablePath(path: string, files: PathSystem): Promise<string> {
  const target = await files.realpath(path);
  await files.access(target, MAY_WRITE);
  return target;
}

function refuse(path: string, stats: Stats): never {
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${showPath(path)} to be a file, a pipe or a device that takes bytes`,
    given: stats.isSocket() ? 'a socket' : 'a block device',
    hint: stats.isSocket()
      ? 'Name a file, or send the bytes of a file through the socket.'
      : 'Name a file: writing to a disk directly would destroy its content.',
  });
}

/**
 * The path at the end of a chain of links whose target does not exist; the path itself if it is not
 * a link.
 */
async function absentTarget(path: string, files: PathSystem): Promise<string> {
  let place = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    if (place.endsWith('/') || place.endsWith(sep)) {
      throw systemError('ENOENT', `no such folder`);
    }
    const link = await files.readlink(place).catch((error: unknown) => {
      // EINVAL: something exists that is not a link; Windows reports UNKNOWN.
      if (['ENOENT', 'EINVAL', 'UNKNOWN'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return undefined;
      throw error;
    });
    if (link === undefined) return join(await files.realpath(dirname(place)), basename(place));
    // A link is resolved relative to its real folder: `..` in it means that folder's parent.
    place = isAbsolute(link) ? link : join(await files.realpath(dirname(place)), link);
  }
  throw systemError('ELOOP', 'too many symbolic links encountered');
}

/**
 * The number in /dev/stdout, /dev/fd/3 and similar. Replacing the file behind one would leave the
 * redirected output in the old file, and opening it a second time would overwrite its content.
 */
function ownDescriptor(path: string): number | undefined {
  const standard = STANDARD.findIndex((name) => path === `/dev/${name}`);
  if (standard >= 0) return standard;
  const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
