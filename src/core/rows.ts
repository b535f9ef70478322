import { SteepestError } from './errors.js';
import type { NdArray, NumericArray } from './ndarray.js';
import { isBigIntArray, isNumberList, typedArrayName } from './realm.js';
import { refuseBigInts, refuseCell, refuseRagged, refuseRow } from './refuse.js';
import { show } from './show.js';

/** Reads tables of numbers as users pass them: for networks, estimators and scores alike. */

/** Row-major numbers. */
export interface Rows<T extends ArrayLike<number> = ArrayLike<number>> {
  data: T;
  rows: number;
  cols: number;
}

/**
 * A typed array of numbers as it stands, undefined for everything else. A Uint8ClampedArray is seen
 * as a Uint8Array over the same memory: it holds the same numbers.
 * @throws SteepestError `ERR_SHAPE` for BigInt
 */
export function typedNumbers(what: string, value: unknown): NumericArray | undefined {
  const name = typedArrayName(value);
  if (name === undefined) return undefined;
  if (isBigIntArray(value)) refuseBigInts(what, value);
  const array = value as NumericArray;
  if (name !== 'Uint8ClampedArray') return array;
  return new Uint8Array(array.buffer, array.byteOffset, array.length);
}

/**
 * The longest list that V8 keeps without gaps
 * (FixedArray::kMaxLength); a longer one is nothing but holes.
 */
const LONGEST_LIST = 2 ** 27;

/** @throws SteepestError `ERR_ARGUMENT` for a list whose holes would take minutes to look at */
export function checkLength(what: string, list: ArrayLike<unknown>): void {
  if (list.length <= LONGEST_LIST || !Array.isArray(list)) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `lists of at most ${LONGEST_LIST} elements in ${what}`,
    given: `one of ${list.length}, most of them holes`,
    hint: 'Use a typed array.',
  });
}

/** True for a list whose first element is a list, too. */
export const isNested = (list: readonly unknown[]): boolean =>
  Array.isArray(list[0]) || typedArrayName(list[0]) !== undefined;

/**
 * Rows of numbers, lists or typed arrays, in float64.
 * @param firstRow the number that errors give to the first row
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_ARGUMENT` for what is not a number
 */
export function readNestedRows(
  what: string,
  list: readonly unknown[],
  firstRow = 0,
): Rows<Float64Array<ArrayBuffer>> {
  const rows = list.length;
  const [first] = list;
  if (!isNumberList(first)) refuseRow(what, first, firstRow, true);
  const cols = first.length;
  checkLength(what, list);
  checkLength(what, first);
  // Before memory is taken: a list may have any length and nothing in it.
  if (cols > 0 && typeof first[0] !== 'number') refuseCell(what, first[0], `at row ${firstRow}, column 0`);
  const data = new Float64Array(rows * cols);
  for (let i = 0, at = 0; i < rows; i++, at += cols) {
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
 * A list of numbers as it stands.
 * @param firstRow the number that errors give to the first of them
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function readNumberList(what: string, list: readonly unknown[], firstRow = 0): readonly number[] {
  checkLength(what, list);
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] !== 'number') refuseCell(what, list[i], `at row ${firstRow + i}`);
  }
  return list as readonly number[];
}

/**
 * An array with a shape of any rank that fits its numbers.
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
      expected: `${what}.data to have ${shape.length > 4 ? 'as many' : `${shape.join(' × ')} = ${count}`} numbers, as its shape says`,
      given: `${numbers.length}`,
      hint: 'Make data and shape agree.',
    });
  }
  return { data: numbers, shape };
}

/**
 * An array with its shape, as it stands.
 * @param leastRank 1 where an array of one dimension is a column, else 2
 * @throws SteepestError `ERR_SHAPE`
 */
export function readNdArray(what: string, array: NdArray, leastRank: 1 | 2): Rows<NumericArray> {
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
 * A list of numbers in place of rows: how to give it its shape.
 * @param cols columns that are wanted, where that is known
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
    expected: `${what} ${cols === undefined ? 'to be an array of rows' : `with rows of ${cols} columns`}, or { data, shape }`,
    given: `a flat ${typedArrayName(input) ?? 'list'} of ${length} numbers`,
    hint,
  });
}
