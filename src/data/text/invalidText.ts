/** Finds the byte of a file that is invalid in its encoding, for the error about it. */

import { isUtf8 } from 'node:buffer';
import type { SteepestError } from '../../core/errors.js';
import type { ByteOrigin, ByteReader } from '../byteReader.js';
import { fileError, shownText } from '../fileErrors.js';
import { decoderOf } from './encoding.js';
import { invalidUtf8 } from './utf8.js';

const CHUNK_BYTES = 2 ** 20;
const LF = 10;
/** Bytes before and after the invalid one that a message shows, if no delimiter comes first. */
const AROUND = 24;
/** Ends of fields: the message shows the text between two of them. */
const ENDS = /[,;\t|"\r\n]/;

/** Some bytes of a file: one line, or several. */
interface Piece {
  bytes: Uint8Array;
  /** Where it begins, in bytes of the decompressed file. */
  offset: number;
  /** Its line number, from 1. */
  line: number;
}

/** How line ends are encoded: UTF-16 has two bytes per character, the lower one at `low`. */
interface Units {
  unit: 1 | 2;
  low: 0 | 1;
}

const unitsOf = (encoding: string): Units => ({
  unit: encoding.startsWith('utf-16') ? 2 : 1,
  low: encoding === 'utf-16be' ? 1 : 0,
});

/** Where the line before a byte ends; −1 if none does. `bytes` begin at a complete character. */
function lineEnd(bytes: Uint8Array, from: number, { unit, low }: Units): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    const first = at - (at % unit);
    if (unit === 1 || (at % unit === low && bytes[first + 1 - low] === 0)) return first + unit;
  }
  return -1;
}

/** The file in pieces of complete lines. */
async function* blocksOf(reader: ByteReader, units: Units): AsyncGenerator<Piece> {
  let rest = new Uint8Array(0);
  let offset = 0;
  let line = 1;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const read = await reader.read(chunk, 0, CHUNK_BYTES);
    const all = new Uint8Array(rest.length + read);
    all.set(rest);
    all.set(chunk.subarray(0, read), rest.length);
    let end = 0;
    let lines = 0;
    // No line ends in `rest`, but its last byte may be the first half of a line end.
    const from = Math.max(0, rest.length - units.unit);
    for (let next = lineEnd(all, from - (from % units.unit), units); next > 0; ) {
      end = next;
      lines++;
      next = lineEnd(all, next, units);
    }
    if (read === 0) end = all.length;
    if (end > 0) yield { bytes: all.subarray(0, end), offset, line };
    if (read === 0) return;
    rest = all.slice(end);
    offset += end;
    line += lines;
  }
}

function* linesOf(block: Piece, units: Units): Generator<Piece> {
  let begin = 0;
  let { line } = block;
  while (begin < block.bytes.length) {
    const end = lineEnd(block.bytes, begin, units);
    const bytes = block.bytes.subarray(begin, end < 0 ? undefined : end);
    yield { bytes, offset: block.offset + begin, line: line++ };
    begin += bytes.length;
  }
}

/** Whether bytes are text from their first to their last character. */
function isText(bytes: Uint8Array, encoding: string): boolean {
  if (encoding === 'utf-8') return isUtf8(bytes);
  const decoder = decoderOf(encoding);
  try {
    decoder.decode(bytes);
    decoder.end();
    return true;
  } catch {
    return false;
  }
}

/** Where a line becomes invalid. */
function invalidAt(bytes: Uint8Array, encoding: string): number {
  if (encoding === 'utf-8') return invalidUtf8(bytes);
  // The first byte that a decoder refuses after those before it; none if the line ends within a
  // character.
  const decoder = decoderOf(encoding);
  for (let at = 0; at < bytes.length; at++) {
    try {
      decoder.decode(bytes.subarray(at, at + 1));
    } catch {
      return at;
    }
  }
  return bytes.length - 1;
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** The field around a byte, decoded as windows-1252; undefined if that fails too. */
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

function inUtf8(bytes: Uint8Array, at: number, isLast: boolean): { given: string; hint: string } {
  const byte = hex(bytes[at]!);
  if (isLast && at >= bytes.length - 3 && bytes[at]! >= 0xc2) {
    return {
      given: `${byte}, the beginning of a character that the file's end cuts off`,
      hint: 'The file is incomplete: write or download it again. If not, pass its encoding.',
    };
  }
  if (bytes.includes(0)) {
    return {
      given: `${byte}, and zero bytes in the same line`,
      hint: "If the file is UTF-16, pass encoding: 'utf-16le' or 'utf-16be'.",
    };
  }
  const text = asWindows1252(bytes, at);
  return {
    given: text === undefined ? byte : `${byte}; windows-1252 (Latin-1) reads it as ${shownText(text)}`,
    hint:
      text === undefined
        ? "Pass the file's encoding, such as encoding: 'shift_jis', or save it as UTF-8."
        : "Pass encoding: 'windows-1252' if that is right, the file's own encoding if not, or save it as UTF-8.",
  };
}

/** The first line that is invalid in the encoding, and whether the file ends with it. */
async function badLine(
  reader: ByteReader,
  encoding: string,
): Promise<{ line: Piece; isLast: boolean } | undefined> {
  const units = unitsOf(encoding);
  let found: Piece | undefined;
  for await (const block of blocksOf(reader, units)) {
    if (found === undefined && isText(block.bytes, encoding)) continue;
    for (const line of linesOf(block, units)) {
      if (found !== undefined) return { line: found, isLast: false };
      if (!isText(line.bytes, encoding)) found = line;
    }
  }
  return found && { line: found, isLast: true };
}

/** The error for a file that is not text in this encoding, with the byte and the line. */
export async function invalidText(origin: ByteOrigin, encoding: string): Promise<SteepestError> {
  const path = origin.name;
  const reader = await origin.open();
  try {
    const found = await badLine(reader, encoding);
    if (found === undefined) {
      const hint = 'It changed while it was read: read it again.';
      return fileError(path, `to be ${encoding}`, 'other bytes', hint);
    }
    const { bytes, offset, line } = found.line;
    const at = invalidAt(bytes, encoding);
    const { given, hint } =
      encoding === 'utf-8'
        ? inUtf8(bytes, at, found.isLast)
        : { given: hex(bytes[at]!), hint: "Pass the file's own encoding, or save it as UTF-8." };
    const unpacked = reader.zipped ? ' of the unpacked file' : '';
    return fileError(path, `to be ${encoding} at byte ${offset + at}${unpacked}, line ${line}`, given, hint);
  } finally {
    await reader.close();
  }
}
