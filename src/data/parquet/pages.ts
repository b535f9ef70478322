/**
 * The pages of one column in one group of rows (github.com/apache/parquet-format, README.md, "Data
 * Pages"): decompressed, checked, and rewritten without compression. hyparquet then only sees
 * counts and sizes that have been compared with the bytes present.
 */
import { Malformed } from '../malformed.js';
import type { Decompress } from './codecs.js';
import { checkDeltas, checkRuns } from './runs.js';
import { CompactReader, compactStruct, type Struct } from './thrift.js';

/** A column of at most one value per row. */
export interface Leaf {
  /** The type's name in hyparquet: `INT32`. */
  type: string;
  /** Bytes of a value of type FIXED_LEN_BYTE_ARRAY. */
  typeLength: number | undefined;
  /** Values may be missing. */
  isOptional: boolean;
  /** Number of rows of the group. */
  rows: number;
  /** Undefined if the pages are not compressed. */
  unpack: Decompress | undefined;
  /** Counts memory that values take beyond that of their pages. */
  take: (bytes: number) => void;
}

const PAGE = { data: 0, dictionary: 2, data2: 3 } as const;
const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  runs: 3,
  deltas: 5,
  deltaLengths: 6,
  deltaTexts: 7,
  dictionary: 8,
  split: 9,
} as const;

const BYTES_OF: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };
/** Length prefix of texts and levels. */
const LENGTH_BYTES = 4;

/** Integers of a header that are not negative. */
function countOf(struct: Struct | undefined, field: number, what: string): number {
  const value = struct?.get(field);
  if (typeof value !== 'number' || !(value >= 0)) throw new Malformed(`${value} as ${what}`);
  return value;
}

const structOf = (header: Struct, field: number): Struct | undefined => {
  const value = header.get(field);
  return value instanceof Map ? value : undefined;
};

/** @returns the same pages, in a checked form @throws Malformed */
export function checkedPages(bytes: Uint8Array, leaf: Leaf): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let rows = 0;
  for (let at = 0; rows < leaf.rows && at < bytes.length - 1; ) {
    const reader = new CompactReader(bytes, at);
    const header = reader.struct();
    const packed = countOf(header, 3, 'the size of a page');
    const start = reader.at;
    reader.skip(packed);
    at = reader.at;
    const body = bytes.subarray(start, at);
    const size = countOf(header, 2, 'the unpacked size of a page');
    const type = header.get(1);
    if (type === PAGE.data) rows += dataPage(body, size, header, leaf, leaf.rows - rows, parts);
    else if (type === PAGE.data2) rows += dataPage2(body, size, header, leaf, leaf.rows - rows, parts);
    else if (type === PAGE.dictionary) dictionaryPage(body, size, header, leaf, parts);
    else throw new Malformed(`a page of type ${type}`);
  }
  if (rows !== leaf.rows) throw new Malformed(`${rows} values for ${leaf.rows} rows`);
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function unpacked(body: Uint8Array, size: number, { unpack }: Leaf): Uint8Array {
  const page = unpack === undefined ? body : unpack(body, size);
  if (page.length !== size) throw new Malformed(`a page of ${page.length} bytes that says ${size}`);
  return page;
}

function pageValues(struct: Struct | undefined, left: number): number {
  const values = countOf(struct, 1, 'the values of a page');
  if (values > left) throw new Malformed(`${values} values where ${left} rows are left`);
  return values;
}

/** The header of an uncompressed page, with its own struct in `field`. */
const headerOf = (type: number, size: number, field: number, own: number[]): Uint8Array =>
  Uint8Array.from(
    compactStruct([
      [1, type],
      [2, size],
      [3, size],
      [field, own],
    ]),
  );

function dictionaryPage(
  body: Uint8Array,
  size: number,
  header: Struct,
  leaf: Leaf,
  parts: Uint8Array[],
): void {
  const struct = structOf(header, 7);
  const count = countOf(struct, 1, 'the values of a dictionary');
  const page = unpacked(body, size, leaf);
  checkPlain(page, 0, count, leaf);
  const own = compactStruct([
    [1, count],
    [2, countOf(struct, 2, 'an encoding')],
  ]);
  parts.push(headerOf(PAGE.dictionary, size, 7, own), page);
}

function dataPage(
  body: Uint8Array,
  size: number,
  header: Struct,
  leaf: Leaf,
  left: number,
  parts: Uint8Array[],
): number {
  const struct = structOf(header, 5);
  const count = pageValues(struct, left);
  const encoding = countOf(struct, 2, 'an encoding');
  const page = unpacked(body, size, leaf);
  let at = 0;
  let values = count;
  if (leaf.isOptional) {
    at = lengthAt(page, 0) + LENGTH_BYTES;
    values = checkRuns(page, LENGTH_BYTES, 1, count);
  }
  checkValues(page, at, encoding, values, leaf, false);
  const own = compactStruct([
    [1, count],
    [2, encoding],
    [3, ENCODING.runs],
    [4, ENCODING.runs],
  ]);
  parts.push(headerOf(PAGE.data, size, 5, own), page);
  return count;
}

function dataPage2(
  body: Uint8Array,
  size: number,
  header: Struct,
  leaf: Leaf,
  left: number,
  parts: Uint8Array[],
): number {
  const struct = structOf(header, 8);
  const count = pageValues(struct, left);
  const nulls = countOf(struct, 2, 'the missing values of a page');
  const encoding = countOf(struct, 4, 'an encoding');
  const levels = countOf(struct, 5, 'the size of levels') + countOf(struct, 6, 'the size of levels');
  if (nulls > count || levels > body.length || levels > size) {
    throw new Malformed(`${nulls} missing of ${count} values, ${levels} bytes of levels in ${body.length}`);
  }
  if (leaf.isOptional) checkRuns(body, countOf(struct, 6, 'the size of levels'), 1, count);
  const packed = body.subarray(levels);
  const page = struct!.get(7) === false ? packed : unpacked(packed, size - levels, leaf);
  checkValues(page, 0, encoding, count - nulls, leaf, true);
  const own = compactStruct([
    [1, count],
    [2, nulls],
    [3, countOf(struct, 3, 'the rows of a page')],
    [4, encoding],
    [5, countOf(struct, 5, 'the size of levels')],
    [6, countOf(struct, 6, 'the size of levels')],
    [7, false],
  ]);
  parts.push(headerOf(PAGE.data2, levels + page.length, 8, own), body.subarray(0, levels), page);
  return count;
}

function lengthAt(page: Uint8Array, at: number): number {
  if (at + LENGTH_BYTES > page.length) throw new Malformed(`an end after ${page.length} bytes of a page`);
  const length = new DataView(page.buffer, page.byteOffset + at, LENGTH_BYTES).getUint32(0, true);
  if (length > page.length - at - LENGTH_BYTES)
    throw new Malformed(`${length} bytes in a page of ${page.length}`);
  return length;
}

/** The minimum number of bytes of this many values. */
function checkPlain(page: Uint8Array, at: number, count: number, { type, typeLength }: Leaf): void {
  let least = BYTES_OF[type] ?? LENGTH_BYTES;
  if (type === 'BOOLEAN') least = 1 / 8;
  if (type === 'FIXED_LEN_BYTE_ARRAY') least = Math.max(1, typeLength ?? 0);
  if (count * least > page.length - at) throw new Malformed(`${count} values in ${page.length - at} bytes`);
}

function checkValues(
  page: Uint8Array,
  at: number,
  encoding: number,
  count: number,
  leaf: Leaf,
  isSecond: boolean,
): void {
  const isBoolean = leaf.type === 'BOOLEAN';
  switch (encoding) {
    case ENCODING.plain:
    case ENCODING.split:
      checkPlain(page, at, count, leaf);
      break;
    case ENCODING.plainDictionary:
    case ENCODING.dictionary:
    case ENCODING.runs: {
      // hyparquet reads runs of version 1 by the type, those of version 2 by the encoding.
      if (isSecond ? encoding === ENCODING.runs : isBoolean) {
        lengthAt(page, at);
        checkRuns(page, at + LENGTH_BYTES, 1, count);
        break;
      }
      const width = new CompactReader(page, at).byte();
      // In version 1, no bits at all are read for width 0.
      if (width > 0 || isSecond) checkRuns(page, at + 1, width, count);
      break;
    }
    case ENCODING.deltas:
    case ENCODING.deltaLengths:
      checkDeltas(page, at, count, false);
      break;
    case ENCODING.deltaTexts: {
      // A text may repeat all of the previous one, so a few bytes can expand to many.
      const prefixes = checkDeltas(page, at, count, true);
      const suffixes = checkDeltas(page, prefixes.at, count, true);
      leaf.take(prefixes.sum + suffixes.sum);
    }
  }
}
