import { write as writeToDescriptor } from 'node:fs';
import { access, open, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type ErrorCode, SteepestError } from '../core/errors.js';
import { showPath, systemCode, systemHint, systemReason } from '../core/systemErrors.js';
import { removeLeftovers, temporaryName } from './leftovers.js';
import { findTarget, type PathSystem, type Stats } from './writeTarget.js';

/** What this module needs of an open file. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  chown(uid: number, gid: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What this module needs of `node:fs/promises`; tests pass one that fails. */
export interface FileSystem extends PathSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The permission bits of a file's mode. */
const PERMISSIONS = 0o7777;
/** Node.js refuses to write 2³¹ bytes at once. */
const MOST_BYTES_AT_ONCE = 2 ** 30;

/**
 * Writes a file so that `path` holds either what it held before or all of `bytes`, whatever fails
 * and whenever: a temporary file beside it is written, flushed to the disk and renamed over it, and
 * then the folder is flushed. A failed write leaves no temporary file; those of killed processes go
 * when the next file is written. A symbolic link stays one and its target is replaced or, if it is
 * not there yet, made; permissions and owner are kept. A file without the right to write to it
 * stays as it is.
 *
 * Pipes, terminals and devices such as /dev/null are written
 * to instead. A pipe waits for its reader.
 * @param code the code of errors: that of a model's or of a table's file
 * @throws SteepestError with the system's error as its
 * cause; sockets, disks and folders are refused
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  code: Extract<ErrorCode, 'ERR_MODEL_FILE' | 'ERR_DATA_FILE'> = 'ERR_MODEL_FILE',
  files: FileSystem = { access, open, readlink, realpath, rename, stat, unlink },
): Promise<void> {
  try {
    await writeTo(path, bytes, files);
  } catch (error) {
    if (error instanceof SteepestError) throw new SteepestError(code, error, { cause: error.cause });
    throw new SteepestError(
      code,
      {
        expected: `to write ${bytes.length} bytes to ${showPath(path)}`,
        given: systemReason(error),
        hint: hintOf(path, error),
      },
      { cause: error },
    );
  }
}

async function writeTo(path: string, bytes: Uint8Array, files: FileSystem): Promise<void> {
  const target = await findTarget(path, files);
  if (target.kind === 'replace') {
    await replace(target.path, target.old, bytes, files);
  } else if (target.kind === 'through') {
    const file = await files.open(target.path, 'w');
    await closing(file, () => writeAll(file, bytes));
  } else {
    const { fd } = target;
    const write = promisify(writeToDescriptor);
    await writeAll({ write: (data, offset, length) => write(fd, data, offset, length, null) }, bytes);
  }
}

/** What can be done, with the folder's name where it is the folder that is missing. */
function hintOf(path: string, error: unknown): string {
  if (systemCode(error) === 'ENOENT') {
    return `Make the folder first: ${showPath(dirname(resolve(path)))} is not there, or the path ends with a slash.`;
  }
  return systemHint(error, 'write', 'Check that the folder exists, may be written to and has room.');
}

async function replace(
  target: string,
  old: Stats | undefined,
  bytes: Uint8Array,
  files: FileSystem,
): Promise<void> {
  const folder = dirname(target);
  const name = await temporaryName();
  const temporary = join(folder, name);
  // Random names never meet; if two did, the file would be another save's.
  let isTaken = false;
  try {
    const file = await files.open(temporary, 'wx').catch((error: unknown) => {
      isTaken = systemCode(error) === 'EEXIST';
      throw error;
    });
    await closing(file, async () => {
      // Before anything is written: what was left may be what fills the disk.
      await removeLeftovers(folder, name);
      if (old !== undefined) await takeOver(file, old);
      await writeAll(file, bytes);
      await file.sync();
    });
    await files.rename(temporary, target);
  } catch (error) {
    // The first error tells what went wrong; one from cleaning up would hide it. A file that could
    // not be opened may be there all the same: on network file systems the answer can get lost.
    if (!isTaken) await files.unlink(temporary).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder, files);
}

/**
 * Gives a new file the owner, as far as this user may, and
 * the permissions of the one whose place it takes.
 */
async function takeOver(file: OpenFile, { mode, uid, gid }: Stats): Promise<void> {
  const isOwn = uid === process.geteuid?.() && gid === process.getegid?.();
  // Only the superuser may give files away. For all others the file's writer becomes its owner.
  if (!isOwn && process.platform !== 'win32') await file.chown(uid, gid).catch(() => undefined);
  await file.chmod(mode & PERMISSIONS);
}

/** Runs `work` on an open file and closes it; the first error is the one that counts. */
async function closing(file: OpenFile, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
}

async function writeAll(file: Pick<OpenFile, 'write'>, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    // One write may take fewer bytes than it is given: a full disk stops early.
    const length = Math.min(bytes.length - offset, MOST_BYTES_AT_ONCE);
    const { bytesWritten } = await file.write(bytes, offset, length);
    if (bytesWritten === 0) {
      const words = `the system wrote only ${offset} of ${bytes.length} bytes`;
      throw Object.assign(new Error(`ENOSPC: ${words}`), { code: 'ENOSPC' });
    }
    offset += bytesWritten;
  }
}

/** A folder that may be written to but not read, and a file system that does not flush folders. */
const CANNOT_FLUSH: readonly unknown[] = ['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'];

/**
 * Makes the rename itself last through a power failure.
 * Windows cannot open folders, and needs no such step.
 */
async function flushFolder(folder: string, files: FileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await files.open(folder, 'r');
    await closing(handle, () => handle.sync());
  } catch (error) {
    // The file is there and whole.
    if (!CANNOT_FLUSH.includes(systemCode(error))) throw error;
  }
}
