import type { FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readableBytes } from '../io/openFile.js';
import { fileError, systemError } from './fileErrors.js';
import { openRegular, unreadable } from './openRegular.js';

/** Reads a file sequentially, decompressing gzip if needed. */
export interface ByteReader {
  /** Size of the file on disk, and when it was last written. */
  readonly size: number;
  readonly modifiedMs: number;
  /** True if the file is gzipped; the bytes read are decompressed. */
  readonly zipped: boolean;
  /** Fills target[begin … end − 1] as far as one read goes; 0 at the end of the file. */
  read(target: Uint8Array, begin: number, end: number): Promise<number>;
  close(): Promise<void>;
}

/** Where bytes come from, as often as they are opened. */
export interface ByteOrigin {
  /** Its path, or another name, for messages. */
  readonly name: string;
  /** @throws SteepestError `ERR_DATA_FILE` */
  open(): Promise<ByteReader>;
}

const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Fewer, larger pieces than zlib's 16 KiB, because each costs a turn of the event loop. */
const GUNZIP_CHUNK_BYTES = 2 ** 18;

/**
 * Opens a file; gzip is recognized by its first bytes, whatever the name.
 * @throws SteepestError `ERR_DATA_FILE`, here and while reading, also if the file is shorter than
 *   when it was opened
 */
export async function openBytes(path: string): Promise<ByteReader> {
  const { file, stats } = await openRegular(path);
  try {
    const zipped = await isGzipped(file);
    const state = { size: stats.size, modifiedMs: stats.mtimeMs, zipped, end: readableBytes(stats) };
    return zipped ? gzipReader(path, file, state) : plainReader(path, file, state);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw unreadable(path, error);
  }
}

async function isGzipped(file: FileHandle): Promise<boolean> {
  const start = new Uint8Array(GZIP_MAGIC.length);
  let filled = 0;
  for (let read = 1; read > 0 && filled < start.length; filled += read) {
    read = (await file.read(start, filled, start.length - filled, filled)).bytesRead;
  }
  return isGzip(start);
}

export const isGzip = (start: Uint8Array): boolean => GZIP_MAGIC.every((byte, i) => start[i] === byte);

type ReaderState = Pick<ByteReader, 'size' | 'modifiedMs' | 'zipped'>;

interface FileState extends ReaderState {
  /** Reading ends here. */
  end: number;
}

/** Closes a file, whether it has been read or not. */
async function close(path: string, handle: FileHandle): Promise<void> {
  await handle.close().catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

function plainReader(path: string, handle: FileHandle, state: FileState): ByteReader {
  let position = 0;
  return {
    ...state,
    async read(target, begin, end) {
      const length = Math.min(end - begin, state.end - position);
      if (length === 0) return 0;
      const { bytesRead } = await handle.read(target, begin, length, position).catch((error: unknown) => {
        throw systemError(path, `to be readable at byte ${position}`, error);
      });
      position += bytesRead;
      if (bytesRead === 0 && position < state.size) {
        throw fileError(
          path,
          `to have ${state.size} bytes, as when it was opened`,
          `an end after ${position}`,
          'It was cut off while it was read: write it to another name and rename it when it is complete.',
        );
      }
      return bytesRead;
    },
    close: () => close(path, handle),
  };
}

function gzipReader(path: string, handle: FileHandle, state: FileState): ByteReader {
  const file = handle.createReadStream({ start: 0, end: state.end - 1, autoClose: false });
  return gunzipped(path, state, file, () => close(path, handle));
}

/** Reads what a gzipped stream unpacks to. */
export function gunzipped(
  name: string,
  state: ReaderState,
  zipped: Readable,
  close: () => Promise<void> = async () => undefined,
): ByteReader {
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  // Errors of either stream reach the reader; pipeline requires the callback.
  const pieces = pipeline(zipped, gunzip, () => undefined)[Symbol.asyncIterator]();
  return piecesReader(name, state, pieces, 'to be a whole gzip file', close);
}

/** Reads pieces of bytes, one after the other. @param what what errors of `pieces` contradict */
export function piecesReader(
  name: string,
  state: ReaderState,
  pieces: AsyncIterator<Uint8Array>,
  what: string,
  close: () => Promise<void> = async () => undefined,
): ByteReader {
  let piece: Uint8Array = new Uint8Array(0);
  return {
    ...state,
    async read(target, begin, end) {
      while (piece.length === 0) {
        const next = await pieces.next().catch((error: unknown) => {
          throw systemError(name, what, error);
        });
        if (next.done) return 0;
        piece = next.value;
      }
      const part = piece.subarray(0, end - begin);
      target.set(part, begin);
      piece = piece.subarray(part.length);
      return part.length;
    },
    async close() {
      await pieces.return?.();
      await close();
    },
  };
}
