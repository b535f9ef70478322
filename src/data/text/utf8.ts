/**
 * Checks bytes for valid UTF-8 (RFC 3629, section 4), in pieces that may end within a character.
 */
import { isUtf8 } from 'node:buffer';

/** Length of the character that begins with this byte; 0 for an invalid first byte. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/**
 * Minimum and maximum second byte, which excludes overlong forms, surrogates and characters above
 * U+10FFFF.
 */
function secondByte(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

/** Where the first invalid character begins; −1 if all are valid. */
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

/** Number of bytes at the end that begin an incomplete character. */
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
  /** A character whose remaining bytes are still to come. */
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

  /** True if no incomplete character is left. */
  get complete(): boolean {
    return this.begun.length === 0;
  }
}
