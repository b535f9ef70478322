/**
 * Thrift's compact protocol (github.com/apache/thrift, thrift-compact-protocol.md), as far as
 * Parquet uses it. Every count is checked against the bytes present before it is used: hyparquet,
 * which reads the same bytes later, checks few.
 */
import { Malformed } from '../malformed.js';

/** Values by field number. Text and lists are skipped, because nothing here needs them. */
export type Struct = ReadonlyMap<number, Value>;
type Value = number | boolean | Struct | undefined;

const TYPES = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Maximum nesting: Parquet's own structs nest six deep. */
const MOST_NESTED = 32;
/** 64 bits, seven per byte. */
const LONGEST_VARINT = 10;
/** Above this many bits a double loses digits; then only the magnitude matters. */
const BITS_OF_A_BYTE = 7;

/** Reads bytes from `at` on, and never beyond `end`. */
export class CompactReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
    private readonly end = bytes.length,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new Malformed(`an end after ${this.end} bytes`);
    return this.bytes[this.at++]!;
  }

  skip(count: number): void {
    if (!(count >= 0) || this.at + count > this.end) {
      throw new Malformed(`${count} bytes where ${this.end - this.at} are left`);
    }
    this.at += count;
  }

  /** An unsigned number; above 2^53 it is rounded. */
  varint(most = LONGEST_VARINT): number {
    let value = 0;
    for (let i = 0, scale = 1; i < most; i++, scale *= 2 ** BITS_OF_A_BYTE) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Malformed(`a number of more than ${most} bytes`);
  }

  /** A signed number. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  struct(depth = 0): Struct {
    if (depth > MOST_NESTED) throw new Malformed(`structs nested more than ${MOST_NESTED} deep`);
    const fields = new Map<number, Value>();
    let id = 0;
    for (let head = this.byte(); (head & 0x0f) !== TYPES.stop; head = this.byte()) {
      id = head >> 4 === 0 ? this.zigzag() : id + (head >> 4);
      fields.set(id, this.value(head & 0x0f, depth));
    }
    return fields;
  }

  private value(type: number, depth: number): Value {
    switch (type) {
      case TYPES.true:
      case TYPES.false:
        return type === TYPES.true;
      case TYPES.byte:
        return this.byte();
      case TYPES.i16:
      case TYPES.i32:
      case TYPES.i64:
        return this.zigzag();
      case TYPES.double:
        return void this.skip(8);
      case TYPES.binary:
        return void this.skip(this.varint());
      case TYPES.list:
        return void this.list(depth);
      case TYPES.struct:
        return this.struct(depth + 1);
      default:
        throw new Malformed(`a field of type ${type}, which Parquet does not have`);
    }
  }

  private list(depth: number): void {
    const head = this.byte();
    const type = head & 0x0f;
    const count = head >> 4 === 15 ? this.varint() : head >> 4;
    if (count > this.end - this.at) {
      throw new Malformed(`a list of ${count} where ${this.end - this.at} bytes are left`);
    }
    // In lists a boolean takes a byte.
    const item = type === TYPES.true || type === TYPES.false ? TYPES.byte : type;
    if (depth >= MOST_NESTED) throw new Malformed(`lists nested more than ${MOST_NESTED} deep`);
    for (let i = 0; i < count; i++) this.value(item, depth + 1);
  }
}

/** Writes structs of integers, booleans and such structs. */
export function compactStruct(
  fields: readonly (readonly [id: number, value: number | boolean | number[]])[],
): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const [id, value] of fields) {
    const delta = (id - last) << 4;
    last = id;
    if (typeof value === 'boolean') bytes.push(delta | (value ? TYPES.true : TYPES.false));
    else if (typeof value === 'number')
      bytes.push(delta | TYPES.i32, ...varintOf(value < 0 ? -2 * value - 1 : 2 * value));
    else bytes.push(delta | TYPES.struct, ...value);
  }
  return [...bytes, TYPES.stop];
}

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
