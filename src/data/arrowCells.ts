/**
 * Values of the columns of apache-arrow, exactly: its own
 * `get` divides decimals and times, and loses digits.
 */
import { isUtf8 } from 'node:buffer';
import { isTypedArray } from '../core/realm.js';
import { NotText, type Scaled } from './cells.js';
import { littleEndianWords } from './decimal.js';

/** A column of a table of apache-arrow. */
export interface ArrowVector {
  readonly length: number;
  readonly nullCount: number;
  get(index: number): unknown;
  toArray(): ArrayLike<unknown>;
}

/** What this module needs of a column's parts in memory. */
interface Chunk {
  length: number;
  values: ArrayLike<unknown> & { subarray(begin: number, end: number): Uint32Array };
  /** Words of a value. */
  stride: number;
  dictionary?: ArrowVector;
  getValid(index: number): boolean;
}

interface Type {
  typeId: number;
  unit?: number;
  scale?: number;
  /** Of a dictionary, the type of its values. */
  dictionary?: Type;
}

// Numbers of types (Type in apache-arrow's enum).
const DICTIONARY = -1;
const DECIMAL = 7;
const TIMES: readonly number[] = [9, 10, 18];
/** Seconds, milliseconds, microseconds, nanoseconds: digits between them and milliseconds. */
const UNIT_SCALE = [-3, 0, 3, 6];

const typeOf = (vector: ArrowVector): Type | undefined => (vector as unknown as { type?: Type }).type;
const chunksOf = (vector: ArrowVector): readonly Chunk[] =>
  (vector as unknown as { data: readonly Chunk[] }).data;

/**
 * The scale of a column of decimals, times, timestamps or
 * durations; undefined for every other column.
 */
export function scaledForm(vector: ArrowVector): Scaled | undefined {
  const whole = typeOf(vector);
  const type = whole?.typeId === DICTIONARY ? whole.dictionary : whole;
  if (type?.typeId === DECIMAL) return { what: 'decimals', scale: type.scale ?? 0 };
  if (type === undefined || !TIMES.includes(type.typeId)) return undefined;
  return { what: 'times in milliseconds', scale: UNIT_SCALE[type.unit ?? 1]! };
}

/** The whole numbers of such a column. */
export function scaledCells(vector: ArrowVector): (number | bigint | null)[] {
  const isDecimal = typeOf(vector)?.typeId === DECIMAL;
  return chunksOf(vector).flatMap((chunk) => {
    const known = chunk.dictionary === undefined ? undefined : scaledCells(chunk.dictionary);
    return Array.from({ length: chunk.length }, (_, i) => {
      if (!chunk.getValid(i)) return null;
      if (known !== undefined) return known[Number(chunk.values[i])] ?? null;
      const { values, stride } = chunk;
      if (isDecimal) return littleEndianWords(values.subarray(stride * i, stride * (i + 1)));
      return values[i] as number | bigint;
    });
  });
}

/** The values of any other column; without nulls those of numbers come as one array. */
export function cellsOf(vector: ArrowVector): ArrayLike<unknown> {
  if (vector.nullCount === 0) {
    const whole = vector.toArray();
    if (isTypedArray(whole, 'Float64Array') || isTypedArray(whole, 'Float32Array')) return whole;
  }
  return Array.from({ length: vector.length }, (_, i) => checked(vector, i));
}

/**
 * apache-arrow decodes bytes that are no UTF-8 as U+FFFD,
 * which is text of its own: only the bytes tell.
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
