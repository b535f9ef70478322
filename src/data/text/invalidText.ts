/** Finds the byte of a file that is no text of its encoding, for the error that says so. */

import type { SteepestError } from '../../core/errors.js';
import { type ByteReader, openBytes } from '../byteReader.js';
import { fileError, shownText } from '../fileErrors.js';
import { decoderOf } from './encoding.js';
import { invalidUtf8 } from './utf8.js';

const CHUNK_BYTES = 2 ** 20;
const LF = 10;
/** Bytes before and after the wrong one that a message shows, if no delimiter comes first. */
const AROUND = 24;
/** Ends of fields: what is between two of them is shown. */
const ENDS = /[,;\t|"\r\n]/;

interface Line {
  bytes: Uint8Array;
  /** Where it begins, in bytes of the unpacked file. */
  offset: number;
  /** From 1. */
  line: number;
}

/** Lines with their ends. `unit` is 2 and `low` the place of the lower byte for UTF-16, else 1 and 0. */
async function* linesOf(reader: ByteReader, unit: number, low: number): AsyncGenerator<Line> {
  let bytes = new Uint8Array(0);
  let offset = 0;
  let line = 1;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const read = await reader.read(chunk, 0, CHUNK_BYTES);
    const all = new Uint8Array(bytes.length + read);
    all.set(bytes);
    all.set(chunk.subarray(0, read), bytes.length);
    let begin = 0;
    for (
      let at = all.indexOf(LF, bytes.length - (bytes.length % unit));
      at >= 0;
      at = all.indexOf(LF, at + 1)
    ) {
      const first = at - (at % unit);
      const isEnd = unit === 1 || (at % unit === low && all[first + 1 - low] === 0);
      if (!isEnd) continue;
      const end = first + unit;
      yield { bytes: all.subarray(begin, end), offset: offset + begin, line: line++ };
      begin = end;
    }
    bytes = all.slice(begin);
    offset += begin;
    // Lines begin at whole units, so that counting from the line's start is counting from the file's.
    if (read === 0) break;
  }
  if (bytes.length > 0) yield { bytes, offset, line };
}

/** Where a line stops being text; −1 if it is. */
function invalidAt(bytes: Uint8Array, encoding: string): number {
  if (encoding === 'utf-8') return invalidUtf8(bytes);
  const whole = decoderOf(encoding);
  try {
    whole.decode(bytes);
    whole.end();
    return -1;
  } catch {
    // The first byte that a decoder refuses after those before it; none if the line ends within a character.
    const bytewise = decoderOf(encoding);
    for (let at = 0; at < bytes.length; at++) {
      try {
        bytewise.decode(bytes.subarray(at, at + 1));
      } catch {
        return at;
      }
    }
    return bytes.length - 1;
  }
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** The field around a byte, as windows-1252 would read it; undefined if that does not read it either. */
function asWindows1252(bytes: Uint8Array, at: number): string | undefined {
  try {
    const begin = Math.max(0, at - AROUND);
    const text = decoderOf('windows-1252').decode(bytes.subarray(begin, at + AROUND));
    const before = text
      .slice(0, at - begin)
      .split(ENDS)
      .at(-1)!;
    return before + text.slice(at - begin).split(ENDS)[0]!;
  } catch {
    return undefined;
  }
}

function inUtf8(bytes: Uint8Array, at: number, isLast: boolean): { given: string; mend: string } {
  const byte = hex(bytes[at]!);
  if (isLast && at >= bytes.length - 3 && bytes[at]! >= 0xc2) {
    return {
      given: `${byte}, the begin of a character that the file's end cuts off`,
      mend: 'The file is incomplete: write or download it again. If not, pass its encoding.',
    };
  }
  if (bytes.includes(0)) {
    return {
      given: `${byte}, and zero bytes in the same line`,
      mend: "If the file is UTF-16, pass encoding: 'utf-16le' or 'utf-16be'.",
    };
  }
  const text = asWindows1252(bytes, at);
  return {
    given: text === undefined ? byte : `${byte}; windows-1252 (Latin-1) reads it as ${shownText(text)}`,
    mend:
      text === undefined
        ? "Pass the file's encoding, such as encoding: 'shift_jis', or save it as UTF-8."
        : "Pass encoding: 'windows-1252' if that is right, the file's own encoding if not, or save it as UTF-8.",
  };
}

/** The error for a file that is not text of this encoding, with the byte and the line that show it. */
export async function invalidText(path: string, encoding: string): Promise<SteepestError> {
  const reader = await openBytes(path);
  try {
    const unit = encoding.startsWith('utf-16') ? 2 : 1;
    let found: { line: Line; at: number } | undefined;
    let isLast = true;
    for await (const line of linesOf(reader, unit, encoding === 'utf-16be' ? 1 : 0)) {
      if (found !== undefined) {
        isLast = false;
        break;
      }
      const at = invalidAt(line.bytes, encoding);
      if (at >= 0) found = { line, at };
    }
    if (found === undefined) {
      const mend = 'It changed while it was read: read it again.';
      return fileError(path, `to be ${encoding}`, 'other bytes', mend);
    }
    const { line, at } = found;
    const { given, mend } =
      encoding === 'utf-8'
        ? inUtf8(line.bytes, at, isLast)
        : { given: hex(line.bytes[at]!), mend: "Pass the file's own encoding, or save it as UTF-8." };
    const unpacked = reader.zipped ? ' of the unpacked file' : '';
    const place = `to be ${encoding} at byte ${line.offset + at}${unpacked}, line ${line.line}`;
    return fileError(path, place, given, mend);
  } finally {
    await reader.close();
  }
}
