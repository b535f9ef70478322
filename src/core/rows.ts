import { SteepestError } from './errors.js';
import { atOnce, type InParts, NUMBERS_PER_PART } from './inParts.js';
import { isNdArray, type NdArray, type NumericArray } from './ndarray.js';
import { isBigIntArray, isNumberList, typedArrayName } from './realm.js';
import {
  checkNotEmpty,
  countOf,
  readingInParts,
  refuseBigInts,
  refuseCell,
  refuseDetached,
  refuseRagged,
  refuseRow,
  refuseTable,
} from './refuse.js';
import { show } from './show.js';

/** Reads tables of numbers that users pass, for networks, estimators and scores. */

/** What a place takes: {@link readNumbers} says it in words. */
export type Taken = 'samples' | 'features' | 'values' | 'labels';

/** What a place takes besides rows of numbers and `{ data, shape }`, in words and with a hint. */
const TAKEN: Readonly<Record<Taken, readonly [words: string, hint: string]>> = {
  /** A list of numbers is one column too, for models with one input. */
  samples: ['an array of rows, or { data, shape }', 'Pass number[][] or { data, shape }.'],
  features: ['an array of rows, a table, or { data, shape }', 'Pass number[][] or { data, shape }.'],
  /** Targets, predictions, weights: a list of numbers is one column. */
  values: ['a list of numbers, an array of rows, or { data, shape }', 'Pass one number per sample.'],
  labels: ['a list of classes, or { data, shape }', 'Pass one string, number or boolean per sample.'],
};

/** Numbers as users passed them, in the array that they came in wherever possible. */
export interface Numbers extends Rows<NumericArray | readonly number[]> {
  /** They came as a list of numbers, not as rows. */
  isFlat: boolean;
  /** Of the columns of a matrix. */
  names?: readonly string[];
}

/**
 * The one reader of numbers in memory: rows × columns of anything that users may pass. It does not
 * look whether they are finite.
 * @param firstRow the number that errors use for the first row
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT` for what is not a
 *   number
 */
export function readNumbers(what: string, input: unknown, taken: Taken, firstRow = 0): Numbers {
  return atOnce(numbersInParts(what, input, taken, firstRow));
}

/** The same in parts. */
export function numbersInParts(what: string, input: unknown, taken: Taken, firstRow = 0): InParts<Numbers> {
  return readingInParts(what, readAny(what, input, taken, firstRow));
}

function* readAny(what: string, input: unknown, taken: Taken, firstRow: number): InParts<Numbers> {
  const numbers = yield* readRows(what, input, taken, firstRow);
  checkNotEmpty(what, numbers.rows, numbers.cols);
  return numbers;
}

function* readRows(what: string, input: unknown, taken: Taken, firstRow: number): InParts<Numbers> {
  const isColumn = taken === 'values' || taken === 'labels';
  const list = typedNumbers(what, input) ?? input;
  if (isNumberList(list)) {
    const isFlat = !Array.isArray(list) || (isColumn ? !isNested(list) : typeof list[0] === 'number');
    if (Array.isArray(list) && list.length > 0 && !isFlat) {
      return { ...(yield* readNestedRows(what, list, firstRow)), isFlat };
    }
    const data = Array.isArray(list) ? yield* readNumberList(what, list, firstRow, !isColumn) : list;
    if (taken === 'features' && data.length > 0) refuseFlat(what, data);
    return { data: data as Numbers['data'], rows: data.length, cols: 1, isFlat: true };
  }
  if (!isNdArray(input)) refuseTable(what, input, ...TAKEN[taken]);
  const isFlat = isColumn && Array.isArray(input.shape) && input.shape.length === 1;
  const rows = readNdArray(what, input, taken === 'features' ? 2 : 1);
  const names = isFlat ? undefined : matrixNames(input, rows.cols);
  return names === undefined ? { ...rows, isFlat } : { ...rows, isFlat, names };
}

/** The column names that a matrix carries, as results of this package do. */
export function matrixNames(input: unknown, cols: number): readonly string[] | undefined {
  const names = (input as { columnNames?: unknown } | null | undefined)?.columnNames;
  const fits = Array.isArray(names) && names.length === cols;
  return fits && names.every((name) => typeof name === 'string') ? (names as string[]) : undefined;
}

/** Row-major numbers. */
export interface Rows<T extends ArrayLike<number> = ArrayLike<number>> {
  data: T;
  rows: number;
  cols: number;
}

/**
 * A typed array of numbers, unchanged; undefined for everything else. A Uint8ClampedArray becomes a
 * Uint8Array over the same memory, with the same numbers.
 * @throws SteepestError `ERR_SHAPE` for BigInt
 */
export function typedNumbers(what: string, value: unknown): NumericArray | undefined {
  const name = typedArrayName(value);
  if (name === undefined) return undefined;
  if (isBigIntArray(value)) refuseBigInts(what, value);
  const array = value as NumericArray;
  if (array.length === 0 && isDetached(array.buffer)) refuseDetached(what, value);
  if (name !== 'Uint8ClampedArray') return array;
  return new Uint8Array(array.buffer, array.byteOffset, array.length);
}

/**
 * The longest list that V8 stores without holes (FixedArray::kMaxLength); a longer one consists
 * mostly of holes.
 */
const LONGEST_LIST = 2 ** 27;

/**
 * @throws SteepestError `ERR_ARGUMENT` for a list with so many holes that reading it would take
 *   minutes
 */
export function checkLength(what: string, list: ArrayLike<unknown>): void {
  if (list.length <= LONGEST_LIST || !Array.isArray(list)) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `lists of at most ${LONGEST_LIST} elements in ${what}`,
    given: `one of ${list.length}, most of them holes`,
    hint: 'Use a typed array.',
  });
}

/** Node.js 20 has no `ArrayBuffer.prototype.detached`. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

/** True for a list whose first element is also a list. */
export const isNested = (list: readonly unknown[]): boolean =>
  Array.isArray(list[0]) || typedArrayName(list[0]) !== undefined;

/**
 * Rows of numbers, as lists or typed arrays, in float64.
 * @param firstRow the number that errors use for the first row
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_ARGUMENT` for what is not a number
 */
function* readNestedRows(
  what: string,
  list: readonly unknown[],
  firstRow: number,
): InParts<Rows<Float64Array<ArrayBuffer>>> {
  const rows = list.length;
  const [first] = list;
  if (!isNumberList(first)) refuseRow(what, first, firstRow, true);
  const cols = first.length;
  checkLength(what, list);
  checkLength(what, first);
  // Checked before allocating: a list may have any length and no elements.
  if (cols > 0 && typeof first[0] !== 'number') refuseCell(what, first[0], `at row ${firstRow}, column 0`);
  const data = new Float64Array(rows * cols);
  const rowsPerPart = Math.ceil(NUMBERS_PER_PART / (cols + 1));
  for (let i = 0, at = 0; i < rows; i++, at += cols) {
    if (i % rowsPerPart === rowsPerPart - 1) yield;
    const row = list[i];
    if (Array.isArray(row)) {
      if (row.length !== cols) refuseRagged(what, cols, firstRow, firstRow + i, row.length);
      for (let j = 0; j < cols; j++) {
        const value: unknown = row[j];
        if (typeof value !== 'number') refuseCell(what, value, `at row ${firstRow + i}, column ${j}`);
        data[at + j] = value;
      }
    } else if (isNumberList(row)) {
      if (row.length !== cols) refuseRagged(what, cols, firstRow, firstRow + i, row.length);
      data.set(row as ArrayLike<number>, at);
    } else refuseRow(what, row, firstRow + i, false);
  }
  return { data, rows, cols };
}

/**
 * A list of numbers, unchanged.
 * @param inPlaceOfRows rows are meant, so that a number among them is what is wrong
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`
 */
function* readNumberList(
  what: string,
  list: readonly unknown[],
  firstRow: number,
  inPlaceOfRows: boolean,
): InParts<readonly number[]> {
  checkLength(what, list);
  for (let i = 0; i < list.length; i++) {
    if (i % NUMBERS_PER_PART === NUMBERS_PER_PART - 1) yield;
    if (typeof list[i] === 'number') continue;
    if (inPlaceOfRows && isNumberList(list[i])) refuseRow(what, list[0], firstRow, true);
    refuseCell(what, list[i], `at row ${firstRow + i}`);
  }
  return list as readonly number[];
}

/**
 * An array whose shape, of any rank, matches its numbers.
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkShaped(
  what: string,
  { data, shape }: NdArray,
): { data: NumericArray; shape: readonly number[] } {
  const numbers = typedNumbers(`${what}.data`, data);
  if (numbers === undefined) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what}.data to be a typed array of numbers`,
      given: show(data),
      hint: Array.isArray(data) ? 'Use Float32Array.from(data).' : 'Use a Float32Array.',
    });
  }
  const isShape =
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what}.shape to be a list of whole numbers, such as [rows, columns]`,
      given: show(shape),
      hint: 'A single column of n values has shape [n, 1]; a single row of n values has shape [1, n].',
    });
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (numbers.length !== count) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what}.data to have ${shape.length > 4 ? 'as many' : `${shape.length > 1 ? `${shape.join(' × ')} = ` : ''}${count}`} numbers, as its shape says`,
      given: `${numbers.length}`,
      hint: 'Change shape so that its product is data.length.',
    });
  }
  return { data: numbers, shape };
}

/**
 * An array with its shape, unchanged.
 * @param leastRank 1 if a one-dimensional array counts as a column, else 2
 * @throws SteepestError `ERR_SHAPE`
 */
function readNdArray(what: string, array: NdArray, leastRank: 1 | 2): Rows<NumericArray> {
  const { data, shape } = checkShaped(what, array);
  if (shape.length < leastRank || shape.length > 2) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what}.shape to be [rows, columns]`,
      given: show(shape),
      hint:
        shape.length > 2
          ? 'Flatten each sample to one row.'
          : 'A single column of n values has shape [n, 1]; a single row of n values has shape [1, n].',
    });
  }
  const [rows = 0, cols = 1] = shape;
  return { data, rows, cols };
}

/**
 * Refuses a flat list of numbers where rows are expected, and shows how to add a shape.
 * @param cols the number of columns expected, if known
 * @throws SteepestError `ERR_SHAPE`
 */
export function refuseFlat(what: string, input: ArrayLike<unknown>, cols?: number): never {
  const { length } = input;
  const name = /^\w+$/.test(what) ? what : 'values';
  const data = Array.isArray(input) ? `Float64Array.from(${name})` : name;
  const shaped = (rows: number, columns: number): string => `{ data: ${data}, shape: [${rows}, ${columns}] }`;
  let hint = `Pass ${shaped(length, 1)} for one column, or ${shaped(1, length)} for one row.`;
  if (cols !== undefined) {
    hint =
      length > 0 && length % cols === 0
        ? `Pass ${shaped(length / cols, cols)}.`
        : `Pass { data, shape: [rows, ${cols}] }; ${length} is no multiple of ${cols}.`;
  }
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} ${cols === undefined ? 'to be an array of rows' : `with rows of ${countOf(cols, 'column')}`}, or { data, shape }`,
    given: `a flat ${typedArrayName(input) ?? 'list'} of ${length} numbers`,
    hint,
  });
}
