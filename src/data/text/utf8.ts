/**
 * Checks bytes for being UTF-8 (RFC 3629, section 4), in pieces that may end within a character.
 */
import { isUtf8 } from 'node:buffer';

/** Bytes of the character that begins with this one; 0 for one that cannot begin any. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/**
 * Least and greatest second byte: no character is written
 * longer than need be, none is a surrogate or beyond U+10FFFF.
 */
function secondByte(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

/** Where the first character begins that is not UTF-8; −1 if all are. */
export function invalidUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const length = lengthOf(first);
    if (length === 0 || at + length > bytes.length) return at;
    for (let i = 1; i < length; i++) {
      const [least, most] = i === 1 ? secondByte(first) : [0x80, 0xbf];
      const byte = bytes[at + i]!;
      if (byte < least || byte > most) return at;
    }
    at += length;
  }
  return -1;
}

/** Bytes at the end that begin a character without ending it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Checks a text piece by piece. */
export class Utf8Check {
  /** A character of which some bytes are still to come. */
  private begun = new Uint8Array(0);

  /** False if the bytes so far cannot be UTF-8. */
  accepts(piece: Uint8Array): boolean {
    let rest = piece;
    if (this.begun.length > 0) {
      const wanted = lengthOf(this.begun[0]!) - this.begun.length;
      const joined = new Uint8Array([...this.begun, ...piece.subarray(0, wanted)]);
      if (piece.length < wanted) {
        this.begun = joined;
        return true;
      }
      if (!isUtf8(joined)) return false;
      rest = piece.subarray(wanted);
    }
    const open = unfinished(rest);
    this.begun = rest.slice(rest.length - open);
    return isUtf8(open === 0 ? rest : rest.subarray(0, rest.length - open));
  }

  /** True if no character is left without its end. */
  get complete(): boolean {
    return this.begun.length === 0;
  }
}
