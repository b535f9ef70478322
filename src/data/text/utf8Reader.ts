/** Opens a text file and supplies it as UTF-8, whatever its encoding. */
import { SteepestError } from '../../core/errors.js';
import type { ByteOrigin, ByteReader } from '../byteReader.js';
import { fileError } from '../fileErrors.js';
import { type Decoder, decoderOf } from './encoding.js';
import { invalidText } from './invalidText.js';
import { Utf8Check } from './utf8.js';

/** Bytes that identify the encoding: the longest mark has four. */
const START_BYTES = 4;
/** Bytes decoded at a time. */
const CHUNK_BYTES = 2 ** 18;

/** Byte order marks, the longer first (unicode.org, "UTF-8, UTF-16, UTF-32 & BOM"). */
const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0, 0]],
  ['utf-32', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The encoding of a file, from its first bytes and the caller's option, and the length of its byte
 * order mark.
 */
function settle(path: string, start: Uint8Array, given: string | undefined): { name: string; mark: number } {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, i) => start[i] === byte));
  if (mark === undefined) return { name: given === undefined ? 'utf-8' : settled(path, given), mark: 0 };
  const [name, bytes] = mark;
  if (name === 'utf-32') {
    throw fileError(
      path,
      'to be UTF-8, UTF-16 or an older encoding',
      'UTF-32 by its first bytes',
      'Save it as UTF-8.',
    );
  }
  const agrees = given === undefined || given === name || (given === 'utf-16' && name !== 'utf-8');
  if (!agrees) {
    const hint = 'Leave encoding out: the first bytes identify it.';
    throw fileError(path, `to be ${given}`, `the mark of ${name} as its first bytes`, hint);
  }
  return { name, mark: bytes.length };
}

function settled(path: string, given: string): string {
  if (given !== 'utf-16') return given;
  const hint = "Pass encoding: 'utf-16le' or 'utf-16be'.";
  throw fileError(path, 'to begin with a byte order mark, as utf-16', 'none', hint);
}

/** UTF-16 of English text without a mark is valid UTF-8, but every other byte is zero. */
function checkZeros(path: string, start: Uint8Array): void {
  const zeros = [...start].map((byte) => byte === 0);
  if (!zeros.includes(true)) return;
  const hint = zeros[0] ? "Pass encoding: 'utf-16be' if it is." : "Pass encoding: 'utf-16le' if it is.";
  throw fileError(
    path,
    'to be UTF-8',
    'zero bytes at its start, as in UTF-16 without a byte order mark',
    hint,
  );
}

/**
 * Opens text, plain or gzipped. Without `encoding` it is UTF-8, or UTF-16 if it has that
 * byte order mark.
 * @param encoding a name that checkEncoding returned
 * @throws SteepestError `ERR_DATA_FILE`, here and while reading, also for bytes that are invalid in
 *   the encoding, with their position and line
 */
export async function openText(origin: ByteOrigin, encoding: string | undefined): Promise<ByteReader> {
  const path = origin.name;
  const reader = await origin.open();
  try {
    const start = new Uint8Array(START_BYTES);
    let filled = 0;
    for (let read = 1; read > 0 && filled < START_BYTES; filled += read) {
      read = await reader.read(start, filled, START_BYTES);
    }
    const { name, mark } = settle(path, start.subarray(0, filled), encoding);
    const rest = start.subarray(mark, filled);
    if (name === 'utf-8') {
      checkZeros(path, rest);
      return checkedReader(origin, reader, rest);
    }
    return decodedReader(origin, reader, rest, name);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** UTF-8, checked. */
function checkedReader(origin: ByteOrigin, reader: ByteReader, start: Uint8Array): ByteReader {
  const check = new Utf8Check();
  let waiting = start;
  return {
    ...stateOf(reader),
    async read(target, begin, end) {
      const first = waiting.subarray(0, end - begin);
      target.set(first, begin);
      waiting = waiting.subarray(first.length);
      const from = begin + first.length;
      const filled = first.length + (from < end ? await reader.read(target, from, end) : 0);
      const good = filled === 0 ? check.complete : check.accepts(target.subarray(begin, begin + filled));
      if (!good) throw await invalidText(origin, 'utf-8');
      return filled;
    },
    close: () => reader.close(),
  };
}

/** Another encoding, converted to UTF-8. */
function decodedReader(
  origin: ByteOrigin,
  reader: ByteReader,
  start: Uint8Array,
  encoding: string,
): ByteReader {
  const decoder: Decoder = decoderOf(encoding);
  const source = new Uint8Array(CHUNK_BYTES);
  source.set(start);
  let waiting = start.length;
  let chunk: Uint8Array = new Uint8Array(0);
  /** The next text; undefined at the end. */
  async function next(): Promise<string | undefined> {
    const read = waiting + (await reader.read(source, waiting, CHUNK_BYTES));
    waiting = 0;
    try {
      if (read > 0) return decoder.decode(source.subarray(0, read));
      decoder.end();
      return undefined;
    } catch (error) {
      if (error instanceof SteepestError) throw error;
      throw await invalidText(origin, encoding);
    }
  }
  return {
    ...stateOf(reader),
    async read(target, begin, end) {
      while (chunk.length === 0) {
        const text = await next();
        if (text === undefined) return 0;
        chunk = Buffer.from(text, 'utf8');
      }
      const part = chunk.subarray(0, end - begin);
      target.set(part, begin);
      chunk = chunk.subarray(part.length);
      return part.length;
    },
    close: () => reader.close(),
  };
}

const stateOf = ({ size, modifiedMs, zipped }: ByteReader): Omit<ByteReader, 'read' | 'close'> => ({
  size,
  modifiedMs,
  zipped,
});
