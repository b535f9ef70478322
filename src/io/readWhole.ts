import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from '../core/timers.js';
import { openNow, otherThanFile, readableBytes } from './openFile.js';
import { MOST_FILE_BYTES } from './safetensors.js';

/** Node.js cannot read 2³¹ bytes in one call. */
const MOST_BYTES_AT_ONCE = 2 ** 30;
/** As much as a pipe holds, and enough to recognize most files. */
const START_BYTES = 2 ** 16;
/** How long a pipe may deliver nothing before it counts as having no writer. */
const SILENCE_MS = 60_000;
/** An empty pipe is polled again after this time. */
const PAUSE_MS = 2;

/**
 * What the first bytes of a file say about its length.
 * @returns undefined if there are too few bytes
 */
export type LengthOf = (start: Uint8Array) => number | undefined;

/** Something that cannot be read, as messages describe it. */
export class Unreadable extends Error {
  constructor(
    readonly given: string,
    readonly hint: string,
  ) {
    super(given);
  }
}

/**
 * Reads all bytes of a file, also of one larger than `readFile` accepts, or of a pipe until it
 * ends. It reads at most the length that `lengthOf` returns, plus one byte that reveals a longer
 * file.
 * @param take is given each number of bytes before memory of that size is made; it may throw
 * @throws Unreadable for folders, devices, sockets and pipes that deliver nothing; the system's
 *   errors
 */
export async function readWhole(
  path: string,
  lengthOf: LengthOf,
  take: (bytes: number) => void = () => {},
  silenceMs = SILENCE_MS,
): Promise<Uint8Array> {
  const { file, stats } = await openNow(path);
  try {
    if (stats.isFIFO()) return await fromPipe(file, lengthOf, take, silenceMs);
    const other = otherThanFile(stats);
    if (other !== undefined) throw new Unreadable(other.given, other.hint);
    return await fromFile(file, readableBytes(stats), lengthOf, take);
  } finally {
    await file.close();
  }
}

async function fromFile(
  file: FileHandle,
  size: number,
  lengthOf: LengthOf,
  take: (bytes: number) => void,
): Promise<Uint8Array> {
  const start = Math.min(size, START_BYTES);
  take(start);
  let bytes: Uint8Array = new Uint8Array(start);
  let filled = await fill(file, bytes, 0);
  // The start is enough to see that it is another kind of file, which may have any size.
  const end = Math.min(size, (lengthOf(bytes.subarray(0, filled)) ?? size - 1) + 1);
  if (end > bytes.length && filled === bytes.length) {
    take(end - start);
    const all = room(end);
    all.set(bytes);
    bytes = all;
    filled = await fill(file, bytes, filled);
  }
  return bytes.subarray(0, filled);
}

function room(byteLength: number): Uint8Array<ArrayBuffer> {
  if (byteLength <= MOST_FILE_BYTES) return new Uint8Array(byteLength);
  throw new Unreadable(`${byteLength} bytes or more`, 'Files of up to 4 GiB can be read.');
}

/** Fills `bytes` from `begin` on. @returns where the data ends, earlier if the file does */
async function fill(file: FileHandle, bytes: Uint8Array, begin: number): Promise<number> {
  let offset = begin;
  while (offset < bytes.length) {
    const length = Math.min(bytes.length - offset, MOST_BYTES_AT_ONCE);
    const { bytesRead } = await file.read(bytes, offset, length, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return offset;
}

/**
 * A pipe opened without waiting reports its end before anybody writes to it, and EAGAIN while it is
 * empty but has a writer.
 */
async function fromPipe(
  file: FileHandle,
  lengthOf: LengthOf,
  take: (bytes: number) => void,
  silenceMs: number,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(START_BYTES);
  let filled = 0;
  let most = Number.POSITIVE_INFINITY;
  let silentSince = Date.now();
  while (filled < most) {
    const read = await readNow(file, bytes, filled);
    if (read === 0 && filled > 0) break;
    if (read === undefined || read === 0) {
      if (Date.now() - silentSince > silenceMs) {
        throw new Unreadable(
          `a pipe without a byte in ${silenceMs / 1000} s`,
          'Start the program that writes to it first.',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    silentSince = Date.now();
    take(read);
    filled += read;
    if (most === Number.POSITIVE_INFINITY) most = (lengthOf(bytes.subarray(0, filled)) ?? most - 1) + 1;
    if (filled === bytes.length) {
      const larger = room(Math.min(2 * bytes.length, Math.max(most, filled + 1)));
      larger.set(bytes);
      bytes = larger;
    }
  }
  return bytes.subarray(0, filled);
}

/** @returns undefined if nothing has arrived yet */
async function readNow(file: FileHandle, bytes: Uint8Array, offset: number): Promise<number | undefined> {
  try {
    return (await file.read(bytes, offset, bytes.length - offset, null)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}
