/** Writes the protobuf wire format: the counterpart of `wireReader.ts`. */
import { SteepestError } from '../../core/errors.js';
import { isWellFormed, shown } from '../jsonCursor.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Protobuf's limit for a message, 2 GiB less a byte. */
export const MOST_MESSAGE_BYTES = 2 ** 31 - 1;
/** Room for small fields is made in pieces of this size. */
const PIECE_BYTES = 1024;
const MOST_VARINT_BYTES = 10;

/** One message. Large fields are kept by reference until {@link finish} joins everything. */
export class WireWriter {
  /** Bytes written so far. */
  length = 0;
  private readonly parts: Uint8Array[] = [];
  private piece = new Uint8Array(0);
  /** The part of the piece that no other part holds. */
  private begin = 0;
  private at = 0;

  int(field: number, value: number | bigint): void {
    this.tag(field, VARINT);
    this.varint(value);
  }

  float(field: number, value: number): void {
    this.tag(field, FIXED32);
    this.put(4, (view, at) => view.setFloat32(at, value, true));
  }

  double(field: number, value: number): void {
    this.tag(field, FIXED64);
    this.put(8, (view, at) => view.setFloat64(at, value, true));
  }

  /** @throws SteepestError `ERR_ARGUMENT` for a text with half a character */
  text(field: number, value: string): void {
    if (!isWellFormed(value)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'names of whole Unicode characters',
        given: shown(value),
        hint: 'Choose another name.',
      });
    }
    this.raw(field, Buffer.from(value, 'utf8'));
  }

  raw(field: number, bytes: Uint8Array): void {
    this.tag(field, BYTES);
    this.varint(bytes.length);
    this.append([bytes], bytes.length);
  }

  message(field: number, write: (writer: WireWriter) => void): void {
    const child = new WireWriter();
    write(child);
    this.tag(field, BYTES);
    this.varint(child.length);
    this.append(child.pieces(), child.length);
  }

  packedInts(field: number, values: Iterable<number | bigint>): void {
    this.message(field, (writer) => {
      for (const value of values) writer.varint(value);
    });
  }

  packedFloats(field: number, values: Iterable<number>): void {
    this.message(field, (writer) => {
      for (const value of values) writer.put(4, (view, at) => view.setFloat32(at, value, true));
    });
  }

  /** All that was written. @throws SteepestError `ERR_MEMORY` for more than protobuf allows */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.length > MOST_MESSAGE_BYTES) {
      throw new SteepestError('ERR_MEMORY', {
        expected: `a file of at most ${MOST_MESSAGE_BYTES} bytes, as ONNX allows`,
        given: `${this.length}`,
        hint: 'Use fewer units, filters or columns.',
      });
    }
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.pieces()) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  private tag(field: number, wire: number): void {
    this.varint(field * 8 + wire);
  }

  private varint(value: number | bigint): void {
    this.reserve(MOST_VARINT_BYTES);
    const begin = this.at;
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value;
      for (; rest > 127; rest >>>= 7) this.piece[this.at++] = (rest & 127) | 128;
      this.piece[this.at++] = rest;
    } else {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.piece[this.at++] = Number(rest & 127n) | 128;
      this.piece[this.at++] = Number(rest);
    }
    this.length += this.at - begin;
  }

  private put(count: number, set: (view: DataView, at: number) => void): void {
    this.reserve(count);
    set(new DataView(this.piece.buffer), this.at);
    this.at += count;
    this.length += count;
  }

  private reserve(count: number): void {
    if (this.at + count <= this.piece.length) return;
    this.close();
    this.piece = new Uint8Array(PIECE_BYTES);
    this.begin = 0;
    this.at = 0;
  }

  /** Makes what stands in the piece a part, so that other parts can follow. */
  private close(): void {
    if (this.at > this.begin) this.parts.push(this.piece.subarray(this.begin, this.at));
    this.begin = this.at;
  }

  private append(parts: readonly Uint8Array[], length: number): void {
    this.close();
    for (const part of parts) this.parts.push(part);
    this.length += length;
  }

  private pieces(): readonly Uint8Array[] {
    this.close();
    return this.parts;
  }
}
