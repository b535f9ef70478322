import { write as writeToDescriptor } from 'node:fs';
import { access, type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SteepestError } from '../core/errors.js';
import { showPath, systemCode, systemHint, systemReason } from '../core/systemErrors.js';
import { closing, writeAll } from './atomicWrite.js';
import { makeFolderOf } from './makeFolder.js';
import { openNow } from './openFile.js';
import { findTarget, type WriteTarget } from './writeTarget.js';

/**
 * A file that grows piece by piece, such as a log. Each piece is handed to the system when it is
 * appended, so a killed process loses none. The file is open only while it is written, so nothing
 * has to be closed if training ends in any other way. A piece that cannot be written whole is taken
 * back: the file ends with the piece before it.
 *
 * Pipes, terminals and devices are written to as they are.
 */
export class AppendedFile {
  /** The end of the last piece in the file. */
  private end = 0;

  private constructor(
    readonly path: string,
    private readonly target: WriteTarget,
  ) {}

  /** The number of bytes up to the last piece that was appended; 0 for pipes and devices. */
  get size(): number {
    return this.end;
  }

  /**
   * Opens a file, and makes its folders if they do not exist.
   * @param begin what the file begins with: the number of bytes to keep of a file that is there, and
   *   the bytes after them. By default a new file replaces an old one.
   * @throws SteepestError `ERR_DATA_FILE`
   */
  static async open(path: string, begin: { keep?: number; first?: Uint8Array } = {}): Promise<AppendedFile> {
    const { keep = 0, first = new Uint8Array() } = begin;
    await makeFolderOf(path, 'ERR_DATA_FILE');
    return orFail(path, async () => {
      const target = await findTarget(path, { access, readlink, realpath, stat });
      const file = new AppendedFile(path, target);
      if (target.kind === 'replace') file.end = await cut(target.path, keep);
      await file.write(first);
      return file;
    });
  }

  /** @throws SteepestError `ERR_DATA_FILE`; the file then ends as before, where the system allows it */
  async append(bytes: Uint8Array): Promise<void> {
    await orFail(this.path, () => this.write(bytes));
  }

  private async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const { target } = this;
    if (target.kind === 'descriptor') {
      const { fd } = target;
      const write = promisify(writeToDescriptor);
      await writeAll({ write: (data, offset, length) => write(fd, data, offset, length, null) }, bytes);
      return;
    }
    const file = await open(target.path, target.kind === 'replace' ? 'a' : 'w');
    await closing(file, async () => {
      if (target.kind === 'replace') this.end = await appendTo(file, bytes);
      else await writeAll(file, bytes);
    });
  }
}

/** Shortens a file to at most `length` bytes, or creates it. @returns its size */
async function cut(path: string, length: number): Promise<number> {
  const file = await open(path, 'a');
  let size = 0;
  await closing(file, async () => {
    ({ size } = await file.stat());
    if (size > length) await file.truncate(length);
  });
  return Math.min(size, length);
}

/** @returns the size of the file after it */
async function appendTo(file: FileHandle, bytes: Uint8Array): Promise<number> {
  // Another process may have appended meanwhile.
  const { size } = await file.stat();
  try {
    await writeAll(file, bytes);
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
  return size + bytes.length;
}

async function orFail<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SteepestError)
      throw new SteepestError('ERR_DATA_FILE', error, { cause: error.cause });
    const hint = systemHint(error, 'write', 'Check that its folder is writable and has free space.');
    throw new SteepestError(
      'ERR_DATA_FILE',
      { expected: `to write to ${showPath(path)}`, given: systemReason(error), hint },
      { cause: error },
    );
  }
}

/** Bytes that are read at each end of a file. */
const END_BYTES = 65_536;

/** The size of a file with its first and last bytes; undefined where there is no regular file. */
export async function readEnds(
  path: string,
): Promise<{ size: number; start: Buffer; end: Buffer } | undefined> {
  return orUnreadable(path, async () => {
    const opened = await openNow(path).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (opened === undefined) return undefined;
    const { file, stats } = opened;
    try {
      if (!stats.isFile()) return undefined;
      const { size } = stats;
      const start = await readAt(file, 0, Math.min(size, END_BYTES));
      const end = await readAt(file, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
      return { size, start, end };
    } finally {
      await file.close();
    }
  });
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    done += bytesRead;
  }
  return buffer;
}

async function orUnreadable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SteepestError(
      'ERR_DATA_FILE',
      {
        expected: `to read ${showPath(path)}, to append to it`,
        given: systemReason(error),
        hint: systemHint(error, 'read', 'Check the path.'),
      },
      { cause: error },
    );
  }
}
