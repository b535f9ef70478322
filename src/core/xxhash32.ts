/**
 * XXH32 by Yann Collet (specification: github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md): tells
 * whether data has changed, at gigabytes per second. It is no protection against intent.
 */

const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
/** Bytes that a round takes: one word for each of four lanes. */
export const STRIPE = 16;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const laneStep = (lane: number, word: number): number =>
  Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);

/** The bytes that are hashed: parts of memory, shared or not. */
export type Bytes = Uint8Array<ArrayBufferLike>;

/** Hashes bytes that arrive in pieces; the result does not depend on where they are cut. */
export class Xxhash32 {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private total = 0;
  /** Bytes since the last whole stripe. */
  private readonly rest = new Uint8Array(STRIPE);
  private readonly restWords = new Int32Array(this.rest.buffer);
  private restLength = 0;

  constructor(private readonly seed = 0) {
    this.a = (seed + PRIME_1 + PRIME_2) | 0;
    this.b = (seed + PRIME_2) | 0;
    this.c = seed | 0;
    this.d = (seed - PRIME_1) | 0;
  }

  update(bytes: Bytes): this {
    const { rest } = this;
    this.total += bytes.length;
    let at = 0;
    if (this.restLength > 0) {
      at = Math.min(STRIPE - this.restLength, bytes.length);
      rest.set(bytes.subarray(0, at), this.restLength);
      this.restLength += at;
      if (this.restLength < STRIPE) return this;
      this.stripes(this.restWords, 0, STRIPE / 4);
      this.restLength = 0;
    }
    const whole = (bytes.length - at) & ~(STRIPE - 1);
    this.stripes(wordsOf(bytes, at, whole), 0, whole / 4);
    rest.set(bytes.subarray(at + whole));
    this.restLength = bytes.length - at - whole;
    return this;
  }

  /** The hash of all bytes so far, an unsigned number of 32 bits. */
  digest(): number {
    const { a, b, c, d, rest, restWords, restLength, total } = this;
    let hash =
      total < STRIPE
        ? (this.seed + PRIME_5) | 0
        : (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
    hash = (hash + total) | 0;
    let at = 0;
    for (; at + 4 <= restLength; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(restWords[at / 4]!, PRIME_3)) | 0, 17), PRIME_4);
    }
    for (; at < restLength; at++) {
      hash = Math.imul(rotate((hash + Math.imul(rest[at]!, PRIME_5)) | 0, 11), PRIME_1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private stripes(words: Int32Array<ArrayBufferLike>, from: number, to: number): void {
    let { a, b, c, d } = this;
    for (let i = from; i < to; i += 4) {
      a = laneStep(a, words[i]!);
      b = laneStep(b, words[i + 1]!);
      c = laneStep(c, words[i + 2]!);
      d = laneStep(d, words[i + 3]!);
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }
}

/** Bytes as words; a copy where they do not begin at a word. */
function wordsOf(bytes: Bytes, at: number, length: number): Int32Array<ArrayBufferLike> {
  const begin = bytes.byteOffset + at;
  if (begin % 4 === 0) return new Int32Array(bytes.buffer, begin, length / 4);
  return new Int32Array(bytes.slice(at, at + length).buffer);
}
