import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileError, systemError } from './fileErrors.js';

/** Reads a file from its start to its end, gunzipped if need be. */
export interface ByteReader {
  /** Bytes of the file on the disk, and when it was last written. */
  readonly size: number;
  readonly modifiedMs: number;
  /** True if the file is gzipped; what is read is not. */
  readonly zipped: boolean;
  /** Fills target[begin … end − 1] as far as one read goes; 0 at the end of the file. */
  read(target: Uint8Array, begin: number, end: number): Promise<number>;
  close(): Promise<void>;
}

const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Fewer, larger pieces than zlib's 16 KiB: each costs a turn of the event loop. */
const GUNZIP_CHUNK_BYTES = 2 ** 18;

/**
 * Opens a file; gzip is told by its first bytes, whatever the name.
 * @throws SteepestError `ERR_DATA_FILE`, here and in reading, also if the file turns out shorter than it was at the start
 */
export async function openBytes(path: string): Promise<ByteReader> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw systemError(path, 'to be a file that can be read', error);
  });
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      throw fileError(path, 'to be a file', 'a folder', 'Name a file in it.');
    }
    const start = new Uint8Array(GZIP_MAGIC.length);
    await handle.read(start, 0, start.length, 0);
    const zipped = GZIP_MAGIC.every((byte, i) => start[i] === byte);
    const state = { size: stat.size, modifiedMs: stat.mtimeMs, zipped };
    return zipped ? gzipReader(path, handle, state) : plainReader(path, handle, state);
  } catch (error) {
    await handle.close();
    throw systemError(path, 'to be a file that can be read', error);
  }
}

type FileState = Pick<ByteReader, 'size' | 'modifiedMs' | 'zipped'>;

function plainReader(path: string, handle: FileHandle, state: FileState): ByteReader {
  let position = 0;
  return {
    ...state,
    async read(target, begin, end) {
      const { bytesRead } = await handle
        .read(target, begin, end - begin, position)
        .catch((error: unknown) => {
          throw systemError(path, `to be readable at byte ${position}`, error);
        });
      position += bytesRead;
      if (bytesRead === 0 && position < state.size) {
        throw fileError(
          path,
          `to have ${state.size} bytes, as when it was opened`,
          `an end after ${position}`,
          'It was cut off while it was read: write it to another name and rename it when it is whole.',
        );
      }
      return bytesRead;
    },
    close: () => handle.close(),
  };
}

function gzipReader(path: string, handle: FileHandle, state: FileState): ByteReader {
  const file = handle.createReadStream({ start: 0, autoClose: false });
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  // Errors of either stream reach the one who reads; the callback is there because pipeline wants one.
  const chunks: AsyncIterator<Uint8Array> = pipeline(file, gunzip, () => undefined)[Symbol.asyncIterator]();
  let chunk = new Uint8Array(0);
  return {
    ...state,
    async read(target, begin, end) {
      while (chunk.length === 0) {
        const next = await chunks.next().catch((error: unknown) => {
          throw systemError(path, 'to be a whole gzip file', error);
        });
        if (next.done) return 0;
        chunk = next.value as Uint8Array<ArrayBuffer>;
      }
      const part = chunk.subarray(0, end - begin);
      target.set(part, begin);
      chunk = chunk.subarray(part.length);
      return part.length;
    },
    async close() {
      await chunks.return?.();
      await handle.close();
    },
  };
}
