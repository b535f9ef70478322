/**
 * Exact values of apache-arrow's columns: its own `get` divides decimals and times, and loses
 * digits.
 */

import { isUtf8 } from 'node:buffer';
import { isDate, isTypedArray } from '../../core/realm.js';
import { NotText, type Scaled } from '../cells.js';
import { littleEndianWords } from '../decimal.js';
import { Malformed } from '../malformed.js';

/** The part of a table of the package apache-arrow that this module uses. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] };
  /** A column by name. */
  getChild(name: string): ArrowVector | null;
}

/**
 * A column of such a table.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const count = ({ length }: data.ArrowVector) => length;
 * ```
 */
export interface ArrowVector {
  readonly length: number;
  readonly nullCount: number;
  /** A cell; null if it is missing. */
  get(index: number): unknown;
  /** All cells. */
  toArray(): ArrayLike<unknown>;
}

/** The parts of a column's memory that this module uses. */
interface Chunk {
  length: number;
  values: ArrayLike<unknown> & { subarray(begin: number, end: number): Uint32Array };
  /** Words per value. */
  stride: number;
  /** For texts: where each begins, and where the last ends. */
  valueOffsets?: ArrayLike<number | bigint>;
  dictionary?: ArrowVector;
  getValid(index: number): boolean;
}

interface Type {
  typeId: number;
  unit?: number;
  scale?: number;
  /** For a dictionary, the type of its values. */
  dictionary?: Type;
}

// Type numbers (Type in apache-arrow's enum).
const DICTIONARY = -1;
const DECIMAL = 7;
const TIMES: readonly number[] = [9, 10, 18];
const BOOLEAN = 6;
const TEXTS: readonly number[] = [5, 20];
const TEXT_VIEW = 24;
/** Integers, real numbers, decimals, dates and times: `stride` elements of an array each. */
const NUMBERS: readonly number[] = [2, 3, DECIMAL, 8, ...TIMES];
/** The length of a text, and its position. */
const VIEW_BYTES = 16;
/** Seconds, milliseconds, microseconds, nanoseconds: digits relative to milliseconds. */
const UNIT_SCALE = [-3, 0, 3, 6];

const typeOf = (vector: ArrowVector): Type | undefined => (vector as unknown as { type?: Type }).type;
const chunksOf = (vector: ArrowVector): readonly Chunk[] =>
  (vector as unknown as { data: readonly Chunk[] }).data;

/**
 * The scale of a column of decimals, times, timestamps or durations; undefined for other columns.
 */
export function scaledForm(vector: ArrowVector): Scaled | undefined {
  const whole = typeOf(vector);
  const type = whole?.typeId === DICTIONARY ? whole.dictionary : whole;
  if (type?.typeId === DECIMAL) return { what: 'decimals', scale: type.scale ?? 0 };
  if (type === undefined || !TIMES.includes(type.typeId)) return undefined;
  return { what: 'times in milliseconds', scale: UNIT_SCALE[type.unit ?? 1]! };
}

/** The integers of such a column. */
export function scaledCells(vector: ArrowVector): (number | bigint | null)[] {
  const isDecimal = typeOf(vector)?.typeId === DECIMAL;
  return chunksOf(vector).flatMap((chunk) => {
    const known = chunk.dictionary === undefined ? undefined : dictionaryCells(chunk.dictionary);
    return Array.from({ length: chunk.length }, (_, i) => {
      if (!chunk.getValid(i)) return null;
      if (known !== undefined) return known[Number(chunk.values[i])] ?? null;
      const { values, stride } = chunk;
      if (isDecimal) return littleEndianWords(values.subarray(stride * i, stride * (i + 1)));
      return values[i] as number | bigint;
    });
  });
}

const dictionaries = new WeakMap<ArrowVector, (number | bigint | null)[]>();

/** The values of a dictionary, which all parts of a column share. */
function dictionaryCells(dictionary: ArrowVector): (number | bigint | null)[] {
  const cells = dictionaries.get(dictionary) ?? scaledCells(dictionary);
  dictionaries.set(dictionary, cells);
  return cells;
}

/** The values of any other column; numbers without nulls are returned as one array. */
export function cellsOf(vector: ArrowVector): ArrayLike<unknown> {
  if (vector.nullCount === 0) {
    const whole = vector.toArray();
    if (isTypedArray(whole, 'Float64Array') || isTypedArray(whole, 'Float32Array')) return whole;
  }
  const cells: unknown[] = [];
  for (let i = 0; i < vector.length; i++) {
    const value = checked(vector, i);
    cells.push(value);
    // Not a valid cell value: it ends the reading early, because building the others would take
    // long.
    if (typeof value === 'object' && value !== null && !isDate(value)) break;
  }
  return cells;
}

/**
 * Compares the parts of a file's column with each other: apache-arrow reads beyond their end and
 * returns undefined, false or part of a text.
 * @param take counts the bytes of texts, which columns may share
 * @throws Malformed
 */
export function checkVector(vector: ArrowVector, take: (bytes: number) => void): void {
  const type = typeOf(vector);
  for (const chunk of chunksOf(vector)) {
    const { length, values, valueOffsets: offsets, dictionary } = chunk;
    if (length === 0 || type === undefined) continue;
    if (dictionary !== undefined) {
      checkCodes(chunk, dictionary.length);
      if (!checkedOnce.has(dictionary)) checkVector(dictionary, take);
      checkedOnce.add(dictionary);
    } else if (TEXTS.includes(type.typeId)) checkOffsets(length, offsets, values.length);
    else if (type.typeId === TEXT_VIEW) takeViews(vector, take);
    else if (type.typeId === BOOLEAN) checkCount(values.length * 8, length);
    else if (NUMBERS.includes(type.typeId)) checkCount(values.length, length * chunk.stride);
  }
}

const checkedOnce = new WeakSet<ArrowVector>();

function checkCount(count: number, needed: number): void {
  if (count < needed) throw new Malformed(`${count} values where ${needed} are needed`);
}

function checkCodes(chunk: Chunk, count: number): void {
  checkCount(chunk.values.length, chunk.length);
  for (let i = 0; i < chunk.length; i++) {
    const code = Number(chunk.values[i]);
    if (!(code >= 0 && code < count) && chunk.getValid(i))
      throw new Malformed(`value ${code} of a dictionary of ${count}`);
  }
}

function checkOffsets(length: number, offsets: Chunk['valueOffsets'], bytes: number): void {
  checkCount(offsets?.length ?? 0, length + 1);
  let last = 0;
  for (let i = 0; i <= length; i++) {
    const offset = Number(offsets![i]);
    if (!(offset >= last && offset <= bytes)) throw new Malformed(`a text up to byte ${offset} of ${bytes}`);
    last = offset;
  }
}

function takeViews(vector: ArrowVector, take: (bytes: number) => void): void {
  for (const { values, length } of chunksOf(vector)) {
    const { buffer, byteOffset, byteLength } = values as unknown as Uint8Array;
    checkCount(byteLength, length * VIEW_BYTES);
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let i = 0; i < length; i++) take(Math.max(0, view.getInt32(i * VIEW_BYTES, true)));
  }
}

/**
 * apache-arrow decodes invalid UTF-8 as U+FFFD, which is also valid text, so the bytes must be
 * checked.
 */
function checked(vector: ArrowVector, index: number): unknown {
  const value = vector.get(index);
  if (typeof value !== 'string' || !value.includes('\ufffd')) return value;
  return hasUtf8(vector) ? value : new NotText();
}

const judged = new WeakMap<ArrowVector, boolean>();

/** Whether all bytes of a column are UTF-8. */
function hasUtf8(vector: ArrowVector): boolean {
  let good = judged.get(vector);
  if (good === undefined) {
    good = chunksOf(vector).every(({ values, dictionary }) => {
      if (dictionary !== undefined) return hasUtf8(dictionary);
      return !ArrayBuffer.isView(values) || isUtf8(values as unknown as Uint8Array);
    });
    judged.set(vector, good);
  }
  return good;
}
