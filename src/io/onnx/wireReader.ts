/**
 * Reads the protobuf wire format (protobuf.dev/programming-guides/encoding), field by field.
 *
 * Written here because the libraries that are well kept decode a whole file at once and without
 * limits: a small hostile file could take all memory, and a large one would block the event loop.
 * Only the wire format could come from them, which is these two files of 200 lines; they have 2 to
 * 4 MB installed (@bufbuild/protobuf 2.17, protobufjs 8.8).
 */
import { TextDecoder } from 'node:util';
import { damaged } from './onnxError.js';

/** Wire types. Groups (3 and 4) are refused: proto3 and ONNX have none. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const WIRE_NAMES = [
  'a varint',
  'a fixed64',
  'bytes',
  'the start of a group',
  'the end of a group',
  'a fixed32',
];

/** A 64-bit number takes at most ten bytes, seven bits in each. */
const MOST_VARINT_BITS = 70;
const TWO_32 = 2 ** 32;

/** One message: a range of bytes with fields. The caller asks for what it expects in each. */
export class WireReader {
  /** The number of the current field. */
  field = 0;
  /** The halves of the last varint. */
  low = 0;
  high = 0;
  private wire = VARINT;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether bytes are left; for lists of packed numbers. */
  get hasMore(): boolean {
    return this.at < this.end;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.end - this.at;
  }

  /** Whether the current field holds bytes: a message, a text or packed numbers. */
  get isBytes(): boolean {
    return this.wire === BYTES;
  }

  /** Goes to the next field, which must then be read or skipped. @returns false at the end */
  next(): boolean {
    if (this.at >= this.end) return false;
    const begin = this.at;
    this.readVarint();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.high !== 0 || this.field === 0) damaged(`a field's number at byte ${begin}`, 'another value');
    return true;
  }

  /** Passes over the current field. */
  skip(): void {
    if (this.wire === VARINT) this.readVarint();
    else if (this.wire === FIXED64) this.take(8);
    else if (this.wire === FIXED32) this.take(4);
    else if (this.wire === BYTES) this.take(this.length());
    else this.unexpected('a field without groups');
  }

  /** A whole number; beyond ±2⁵³ it is rounded. */
  int(): number {
    if (this.wire !== VARINT) this.unexpected('a whole number');
    return this.packedInt();
  }

  /** The next of packed whole numbers. */
  packedInt(): number {
    this.readVarint();
    return this.high * TWO_32 + this.low;
  }

  float(): number {
    if (this.wire !== FIXED32) this.unexpected('a float');
    return this.packedFloat();
  }

  packedFloat(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  double(): number {
    if (this.wire !== FIXED64) this.unexpected('a double');
    return this.packedDouble();
  }

  packedDouble(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  /** The bytes of the current field, where they are. */
  raw(): Uint8Array {
    const { begin, end } = this.range('bytes');
    return this.bytes.subarray(begin, end);
  }

  /** The current field as a message of its own, or as packed numbers. */
  message(): WireReader {
    const { begin, end } = this.range('a message');
    return new WireReader(this.bytes, begin, end);
  }

  /** The current field as text of at most `most` bytes. */
  text(most: number): string {
    const { begin, end } = this.range('a text');
    if (end - begin > most) damaged(`a text of at most ${most} bytes at byte ${begin}`, `${end - begin}`);
    if (begin === end) return '';
    try {
      // A copy, because TextDecoder does not take shared memory.
      return UTF8.decode(new Uint8Array(this.bytes.subarray(begin, end)));
    } catch {
      return damaged(`a text in UTF-8 at byte ${begin}`, 'other bytes');
    }
  }

  private range(what: string): { begin: number; end: number } {
    if (this.wire !== BYTES) this.unexpected(what);
    const length = this.length();
    const begin = this.take(length);
    return { begin, end: begin + length };
  }

  private length(): number {
    const begin = this.at;
    this.readVarint();
    const length = this.high * TWO_32 + this.low;
    if (length < 0 || length > this.left) {
      damaged(`at most ${this.left} bytes, those left in the message, at byte ${begin}`, `${length}`);
    }
    return length;
  }

  /** @returns where the bytes begin */
  private take(count: number): number {
    if (count > this.left) damaged(`${count} bytes at byte ${this.at}`, `an end after ${this.left}`);
    const begin = this.at;
    this.at += count;
    return begin;
  }

  private readVarint(): void {
    const begin = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < MOST_VARINT_BITS; shift += 7) {
      if (this.at >= this.end) damaged(`a number that ends, from byte ${begin} on`, 'the end of its message');
      const byte = this.bytes[this.at++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift > 28) high |= bits << (shift - 32);
      else {
        low |= bits << 28;
        high = bits >> 4;
      }
      if (byte < 128) {
        this.low = low >>> 0;
        this.high = high;
        return;
      }
    }
    damaged(`a number of at most 64 bits at byte ${begin}`, 'a longer one');
  }

  private unexpected(expected: string): never {
    damaged(
      `${expected} as field ${this.field}, before byte ${this.at}`,
      WIRE_NAMES[this.wire] ?? 'no field',
    );
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
