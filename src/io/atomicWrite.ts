import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/realm.js';

/** What this module needs of an open file. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What this module needs of `node:fs/promises`; tests pass one that fails. */
export interface FileSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  realpath(path: string): Promise<string>;
  stat(path: string): Promise<{ mode: number }>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The permission bits of a file's mode. */
const PERMISSIONS = 0o7777;
/** Enough that two writers never choose the same temporary name. */
const NAME_BYTES = 6;

/** Not by node:crypto, whose import every user of the package would wait for. */
function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}

/**
 * Writes a file so that `path` holds either what it held before or all of `bytes`, whatever fails and whenever: a
 * temporary file beside it is written, flushed to the disk and renamed over it, and then the folder is flushed. A
 * failed write leaves no temporary file. A symbolic link stays one and its target is replaced; permissions are kept.
 * @throws SteepestError `ERR_MODEL_FILE`, with the system's error as its cause.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  files: FileSystem = { open, realpath, stat, rename, unlink },
): Promise<void> {
  try {
    const target = await resolved(path, files);
    const temporary = join(dirname(target), `.${basename(target)}.${randomHex(NAME_BYTES)}.tmp`);
    const mode = await existingMode(target, files);
    const file = await files.open(temporary, 'wx');
    try {
      await fill(file, bytes, mode);
      await files.rename(temporary, target);
    } catch (error) {
      // The first error tells what went wrong; one from cleaning up would hide it.
      await files.unlink(temporary).catch(() => undefined);
      throw error;
    }
    await flushFolder(dirname(target), files);
  } catch (error) {
    throw new SteepestError(
      'ERR_MODEL_FILE',
      {
        expected: `to write ${bytes.length} bytes to '${path}'`,
        given: messageOf(error),
        mend: 'Check that the folder exists, may be written to and has room.',
      },
      { cause: error },
    );
  }
}

/** The file that a link points to; the path itself where there is nothing yet. */
async function resolved(path: string, files: FileSystem): Promise<string> {
  return (await unlessAbsent(files.realpath(path))) ?? path;
}

async function existingMode(path: string, files: FileSystem): Promise<number | undefined> {
  const stats = await unlessAbsent(files.stat(path));
  return stats && stats.mode & PERMISSIONS;
}

async function unlessAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes everything, flushes and closes. */
async function fill(file: OpenFile, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  try {
    if (mode !== undefined) await file.chmod(mode);
    let offset = 0;
    while (offset < bytes.length) {
      // One write may take fewer bytes than it is given: Linux stops at 2 GiB, a full disk earlier.
      const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
      if (bytesWritten === 0) throw new Error(`the system wrote only ${offset} of ${bytes.length} bytes`);
      offset += bytesWritten;
    }
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
}

/** Makes the rename itself last through a power failure. Windows cannot open folders, and needs no such step. */
async function flushFolder(folder: string, files: FileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
