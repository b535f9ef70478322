/**
 * Validates a FlatBuffer (flatbuffers.dev, "Internals") table by table without building objects.
 * apache-arrow reads past the end of its bytes without an error and trusts every count.
 */
import { Malformed } from '../malformed.js';

/** The type of a table's field. */
export type Field =
  /** A number or boolean of this many bytes. */
  | { scalar: number }
  | { text: true }
  | { table: () => Table }
  /** A list of structs or numbers of this many bytes each. */
  | { list: number }
  | { tables: () => Table }
  /** A table whose type the previous field defines. */
  | { union: (kind: number) => Table };

/** Fields by their numbers; those left out are ignored. */
export type Table = readonly (Field | undefined)[];

/** Maximum nesting: fields nest in fields; a table of tables has four levels. */
const MOST_NESTED = 64;
/** Every table begins with the offset of its directory. */
const TABLE_BYTES = 4;
/** Texts may be shared, but not so often that a few bytes expand to many. */
const MOST_SHARED = 4;
const SMALL_TEXTS = 2 ** 16;

/** Validates one FlatBuffer in time proportional to its bytes. */
export class Verifier {
  private readonly view: DataView;
  private tables: number;
  private letters: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.tables = Math.ceil(bytes.length / TABLE_BYTES);
    this.letters = MOST_SHARED * bytes.length + SMALL_TEXTS;
  }

  /** @returns the position of the outermost table */
  root(table: Table): number {
    const at = this.pointer(0);
    this.table(at, table, 0);
    return at;
  }

  /** The position of a field of a checked table; undefined if it has its default. */
  field(table: number, number: number): number | undefined {
    const directory = table - this.view.getInt32(table, true);
    const slot = 4 + 2 * number;
    if (slot >= this.view.getUint16(directory, true)) return undefined;
    const offset = this.view.getUint16(directory + slot, true);
    return offset === 0 ? undefined : table + offset;
  }

  /** A 64-bit integer; 0 by default. */
  long(table: number, number: number): number {
    const at = this.field(table, number);
    return at === undefined ? 0 : this.longAt(at);
  }

  longAt(at: number): number {
    const value = Number(this.view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value)) throw new Malformed(`${value} as a size`);
    return value;
  }

  intAt(at: number): number {
    return this.view.getInt32(at, true);
  }

  byte(table: number, number: number): number {
    const at = this.field(table, number);
    return at === undefined ? 0 : this.view.getUint8(at);
  }

  /** A list in a checked table: the position of its first item, and its length. */
  list(table: number, number: number): { at: number; count: number } {
    const field = this.field(table, number);
    if (field === undefined) return { at: 0, count: 0 };
    const at = this.pointer(field);
    return { at: at + 4, count: this.view.getInt32(at, true) };
  }

  /** The tables of a list in a checked table. */
  items(table: number, number: number): number[] {
    const { at, count } = this.list(table, number);
    return Array.from({ length: count }, (_, i) => this.pointer(at + 4 * i));
  }

  /** The table that a field of a checked table refers to. */
  child(table: number, number: number): number | undefined {
    const field = this.field(table, number);
    return field === undefined ? undefined : this.pointer(field);
  }

  private need(at: number, bytes: number): void {
    if (!(at >= 0) || at + bytes > this.view.byteLength) {
      throw new Malformed(`${bytes} bytes at ${at} of ${this.view.byteLength} of metadata`);
    }
  }

  private pointer(at: number): number {
    this.need(at, 4);
    const to = at + this.view.getInt32(at, true);
    if (to <= at) throw new Malformed(`metadata at ${at} that points back`);
    this.need(to, 4);
    return to;
  }

  private table(at: number, fields: Table, depth: number): void {
    if (depth > MOST_NESTED) throw new Malformed(`metadata nested more than ${MOST_NESTED} deep`);
    if (--this.tables < 0) throw new Malformed('more tables of metadata than it has bytes for');
    this.need(at, TABLE_BYTES);
    const directory = at - this.view.getInt32(at, true);
    this.need(directory, 4);
    const directoryBytes = this.view.getUint16(directory, true);
    if (directoryBytes < 4 || directoryBytes % 2 !== 0)
      throw new Malformed(`a directory of ${directoryBytes} bytes`);
    this.need(directory, directoryBytes);
    for (const [number, field] of fields.entries()) {
      const place = this.field(at, number);
      if (place === undefined || field === undefined) continue;
      this.check(place, field, depth, 'union' in field ? this.byte(at, number - 1) : 0);
    }
  }

  private check(at: number, field: Field, depth: number, kind: number): void {
    if ('scalar' in field) this.need(at, field.scalar);
    else if ('table' in field) this.table(this.pointer(at), field.table(), depth + 1);
    else if ('union' in field) this.table(this.pointer(at), field.union(kind), depth + 1);
    else this.checkList(this.pointer(at), field, depth);
  }

  private checkList(to: number, field: Field, depth: number): void {
    const count = this.view.getInt32(to, true);
    const itemBytes = 'list' in field ? field.list : 'text' in field ? 1 : 4;
    if (count < 0) throw new Malformed(`a list of ${count}`);
    this.need(to + 4, count * itemBytes);
    if ('text' in field) {
      this.letters -= count;
      if (this.letters < 0) throw new Malformed('texts of metadata that share their bytes');
    }
    if (!('tables' in field)) return;
    for (let i = 0; i < count; i++) this.table(this.pointer(to + 4 + 4 * i), field.tables(), depth + 1);
  }
}
