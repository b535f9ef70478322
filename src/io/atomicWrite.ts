import { write as writeToDescriptor } from 'node:fs';
import { access, open, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type ErrorCode, SteepestError } from '../core/errors.js';
import { showPath, systemCode, systemHint, systemReason } from '../core/systemErrors.js';
import { removeLeftovers, temporaryName } from './leftovers.js';
import { findTarget, type PathSystem, type Stats } from './writeTarget.js';

/** The methods of an open file that this module uses. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  chown(uid: number, gid: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The functions of `node:fs/promises` that this module uses; tests pass one that fails. */
export interface FileSystem extends PathSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The permission bits of a file's mode. */
const PERMISSIONS = 0o7777;
/** Node.js cannot write 2³¹ bytes in one call. */
const MOST_BYTES_AT_ONCE = 2 ** 30;

/**
 * Writes a file atomically: after any failure `path` holds either its old content or all of
 * `bytes`. A temporary file beside it is written, flushed to disk and renamed over it; then the
 * folder is flushed. A failed write removes its temporary file; those of killed processes are
 * removed by the next write. A symbolic link is kept: its target is replaced, or created if
 * missing. Permissions and owner are kept. A read-only file is not replaced.
 *
 * Pipes, terminals and devices such as /dev/null are written to directly. A pipe waits for its
 * reader.
 * @param code the code of errors: that of a model file or of a table file
 * @throws SteepestError with the system's error as its cause; sockets, disks and folders are
 *   refused
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  code: Extract<ErrorCode, 'ERR_MODEL_FILE' | 'ERR_DATA_FILE'> = 'ERR_MODEL_FILE',
  files: FileSystem = { access, open, readlink, realpath, rename, stat, unlink },
): Promise<void> {
  try {
    await writeTo(path, (file) => writeAll(file, bytes), files);
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

/**
 * Writes pieces as they come, as atomically as {@link writeFileAtomic} writes bytes: after any
 * failure, also one of the pieces, `path` holds its old content, or there is no such file.
 * @throws SteepestError as {@link writeFileAtomic}; whatever the pieces throw, as it is
 */
export async function writePiecesAtomic(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  code: Extract<ErrorCode, 'ERR_MODEL_FILE' | 'ERR_DATA_FILE'> = 'ERR_DATA_FILE',
  files: FileSystem = { access, open, readlink, realpath, rename, stat, unlink },
): Promise<void> {
  // An error of the pieces is none of the file.
  let ofPieces: { error: unknown } | undefined;
  const writePieces = async (file: Pick<OpenFile, 'write'>): Promise<void> => {
    const iterator = pieces[Symbol.asyncIterator]();
    const next = () =>
      iterator.next().catch((error: unknown) => {
        ofPieces = { error };
        throw error;
      });
    try {
      for (let item = await next(); !item.done; item = await next()) await writeAll(file, item.value);
    } finally {
      if (ofPieces === undefined) await iterator.return?.();
    }
  };
  try {
    await writeTo(path, writePieces, files);
  } catch (error) {
    if (ofPieces !== undefined) throw ofPieces.error;
    if (error instanceof SteepestError) throw new SteepestError(code, error, { cause: error.cause });
    const given = systemReason(error);
    const parts = { expected: `to write to ${showPath(path)}`, given, hint: hintOf(path, error) };
    throw new SteepestError(code, parts, { cause: error });
  }
}

/** Writes all content to an open file. */
type WriteContent = (file: Pick<OpenFile, 'write'>) => Promise<void>;

async function writeTo(path: string, content: WriteContent, files: FileSystem): Promise<void> {
  const target = await findTarget(path, files);
  if (target.kind === 'replace') {
    await replace(target.path, target.old, content, files);
  } else if (target.kind === 'through') {
    const file = await files.open(target.path, 'w');
    await closing(file, () => content(file));
  } else {
    const { fd } = target;
    const write = promisify(writeToDescriptor);
    await content({ write: (data, offset, length) => write(fd, data, offset, length, null) });
  }
}

/** The hint; it names the folder if the folder is missing. */
function hintOf(path: string, error: unknown): string {
  if (systemCode(error) === 'ENOENT') {
    return `Make the folder first: ${showPath(dirname(resolve(path)))} does not exist, or the path ends with a slash.`;
  }
  return systemHint(error, 'write', 'Check that the folder exists, is writable and has free space.');
}

async function replace(
  target: string,
  old: Stats | undefined,
  content: WriteContent,
  files: FileSystem,
): Promise<void> {
  const folder = dirname(target);
  const name = await temporaryName();
  const temporary = join(folder, name);
  // Random names never collide; if two did, the file would belong to another save.
  let isTaken = false;
  try {
    const file = await files.open(temporary, 'wx').catch((error: unknown) => {
      isTaken = systemCode(error) === 'EEXIST';
      throw error;
    });
    await closing(file, async () => {
      // Done before writing: leftovers may be what fills the disk.
      await removeLeftovers(folder, name);
      if (old !== undefined) await takeOver(file, old);
      await content(file);
      await file.sync();
    });
    await files.rename(temporary, target);
  } catch (error) {
    // Report the first error; an error of the cleanup would hide the cause. A file whose opening
    // failed may still exist: network file systems can lose the response.
    if (!isTaken) await files.unlink(temporary).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder, files);
}

/** Gives the new file the permissions and, if this user may, the owner of the file it replaces. */
async function takeOver(file: OpenFile, { mode, uid, gid }: Stats): Promise<void> {
  const isOwn = uid === process.geteuid?.() && gid === process.getegid?.();
  // Only the superuser may change a file's owner. For everybody else the writer becomes the owner.
  if (!isOwn && process.platform !== 'win32') await file.chown(uid, gid).catch(() => undefined);
  await file.chmod(mode & PERMISSIONS);
}

/** Runs `work` on an open file and closes it; reports the first error. */
export async function closing(file: Pick<OpenFile, 'close'>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
}

/** Writes all bytes, however few the system takes at a time. */
export async function writeAll(file: Pick<OpenFile, 'write'>, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    // A write may take fewer bytes than given, for example on a full disk.
    const length = Math.min(bytes.length - offset, MOST_BYTES_AT_ONCE);
    const { bytesWritten } = await file.write(bytes, offset, length);
    if (bytesWritten === 0) {
      const words = `the system wrote only ${offset} of ${bytes.length} bytes`;
      throw Object.assign(new Error(`ENOSPC: ${words}`), { code: 'ENOSPC' });
    }
    offset += bytesWritten;
  }
}

/**
 * Flushing fails for a folder that is writable but not readable, and on file systems that cannot
 * flush folders.
 */
const CANNOT_FLUSH: readonly unknown[] = ['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'];

/** Makes the rename survive a power failure. Windows cannot open folders and does not need this. */
export async function flushFolder(folder: string, files: Pick<FileSystem, 'open'> = { open }): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await files.open(folder, 'r');
    await closing(handle, () => handle.sync());
  } catch (error) {
    // The file is complete at this point.
    if (!CANNOT_FLUSH.includes(systemCode(error))) throw error;
  }
}
