import { atOnce, eachRange, type InParts, inSlices, NUMBERS_PER_PART } from '../../core/inParts.js';
import { isNdArray, type NdArray, type NumericArray } from '../../core/ndarray.js';
import { isSharedBuffer, typedArrayName } from '../../core/realm.js';
import { checkNotEmpty, checkRowCount, reading, refuseTable } from '../../core/refuse.js';
import { checkLength, checkShaped, matrixNames } from '../../core/rows.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { DataTable } from '../../data/dataTable.js';
import { rowsTaken } from '../../data/table/take.js';
import { frameOf, type NamedTable, tableOfFrame } from '../../data/tables/frameOf.js';
import { separateTarget } from '../../data/tables/target.js';
import { newShared } from '../../kernels/sharedMemory.js';
import type { FeatureInput } from '../base/features.js';
import { readFeatures, shareFeatures } from '../base/features.js';

/**
 * Anything with rows: lists, lists of rows or objects, typed arrays, `{ data, shape }`, and tables
 * with named columns.
 */
export type RowsInput = readonly unknown[] | NumericArray | NdArray | NamedTable;
/** The same, or the names of target columns in the place of y. */
export type TargetRows = RowsInput | ColumnNames;

/** The type of selected rows of A: the same kind of container. */
export type RowsOf<A> = A extends DataTable
  ? DataTable
  : A extends NdArray<infer T>
    ? NdArray<T>
    : A extends readonly (infer E)[]
      ? E[]
      : A extends NumericArray
        ? A
        : DataTable;

/** The number of rows. @throws SteepestError `ERR_SHAPE` */
export function countRows(what: string, input: RowsInput): number {
  return reading(what, () => {
    if (Array.isArray(input) || typedArrayName(input) !== undefined) {
      const list = input as ArrayLike<unknown>;
      checkLength(what, list);
      return list.length;
    }
    const frame = frameOf(what, input);
    if (frame !== undefined) return frame.rows;
    if (isNdArray(input)) return checkShaped(what, input).shape[0]!;
    return refuseTable(
      what,
      input,
      'a list, a typed array, { data, shape } or a DataTable',
      'Convert the value to one of these.',
    );
  });
}

/** @throws SteepestError `ERR_SHAPE` unless all have as many rows as the first */
export function sameRowCount(inputs: readonly (readonly [what: string, input: RowsInput])[]): number {
  const rows = countRows(...inputs[0]!);
  for (const [what, input] of inputs) {
    const given = countRows(what, input);
    checkNotEmpty(what, given);
    checkRowCount(what, given, inputs[0]![0], rows);
  }
  return rows;
}

/**
 * Samples, targets, which may be named columns of them, and the number of both.
 * @throws SteepestError `ERR_SHAPE`; as `separateTarget`
 */
export function pairedRows<Y>(
  givenX: RowsInput,
  givenY: Y,
): { x: RowsInput; y: Exclude<Y, ColumnNames>; rows: number } {
  const { x, y } = separateTarget('X', givenX, givenY);
  const rows = sameRowCount([
    ['X', x],
    ['y', y as RowsInput],
  ]);
  return { x, y, rows };
}

/**
 * Selects rows by index, in the same kind of container; numbers in shared memory stay in shared
 * memory.
 */
export function takeRows<A extends RowsInput>(input: A, positions: ArrayLike<number>): RowsOf<A> {
  return atOnce(taking(input, positions)) as RowsOf<A>;
}

/** {@link takeRows} for callers that wait: the event loop runs between slices. */
export function takeRowsInSlices<A extends RowsInput>(
  input: A,
  positions: ArrayLike<number>,
): Promise<RowsOf<A>> {
  return inSlices(taking(input, positions)) as Promise<RowsOf<A>>;
}

function* taking(input: RowsInput, positions: ArrayLike<number>): InParts<unknown> {
  if (Array.isArray(input)) return yield* takeValues(input, positions);
  if (ArrayBuffer.isView(input)) return yield* takeNumbers(input as NumericArray, 1, positions);
  const frame = frameOf('X', input);
  if (frame !== undefined) return new DataTable(yield* rowsTaken(tableOfFrame(frame), positions));
  const { data, shape } = input as NdArray;
  const [rows = 0, ...rest] = shape;
  const width = rows === 0 ? 0 : data.length / rows;
  const names = matrixNames(input, shape[1]!);
  return named(yield* takeNumbers(data, width, positions), [positions.length, ...rest], names);
}

/** Creating a view costs as much as copying this many numbers one by one. */
const LONG_ROW = 128;

function* takeNumbers(
  data: NumericArray,
  width: number,
  positions: ArrayLike<number>,
): InParts<NumericArray> {
  // All typed arrays are written the same way.
  const from = data as Float64Array;
  const result = arrayLike(from, positions.length * width);
  const copy = (first: number, last: number): void => {
    for (let i = first, to = first * width; i < last; i++) {
      const begin = positions[i]! * width;
      if (width > LONG_ROW) {
        result.set(from.subarray(begin, begin + width), to);
        to += width;
      } else for (let k = 0; k < width; k++) result[to++] = from[begin + k]!;
    }
  };
  yield* eachRange(positions.length, copy, Math.max(1, Math.floor(NUMBERS_PER_PART / Math.max(1, width))));
  return result;
}

function* takeValues(values: readonly unknown[], positions: ArrayLike<number>): InParts<unknown[]> {
  const result = new Array<unknown>(positions.length);
  yield* eachRange(positions.length, (begin, end) => {
    for (let i = begin; i < end; i++) result[i] = values[positions[i]!];
  });
  return result;
}

/**
 * A new array of the same type, in shared memory if the original is. A Buffer is treated as the
 * Uint8Array that it is.
 */
function arrayLike(data: Float64Array, length: number): Float64Array {
  const classes = globalThis as unknown as Record<string, Float64ArrayConstructor>;
  const Type = classes[typedArrayName(data)!]!;
  const shared = isSharedBuffer(data.buffer);
  return (shared ? new Type(newShared(length * data.BYTES_PER_ELEMENT)) : new Type(length)) as Float64Array;
}

/**
 * Samples in a form that makes row selection cheap: numbers in shared memory, which all fits read,
 * and tables by columns.
 */
export async function shareRows(x: RowsInput): Promise<RowsInput> {
  const frame = frameOf('X', x);
  if (frame !== undefined) return tableOfFrame(frame);
  if (isText(x)) return x;
  const { data, rows, cols, names } = await shareFeatures(readFeatures('X', x as FeatureInput));
  return named(data, [rows, cols], names);
}

/** A matrix that keeps the names of its columns. */
const named = (data: NumericArray, shape: readonly number[], columnNames: readonly string[] | undefined) =>
  columnNames === undefined ? { data, shape } : { data, shape, columnNames };

const isText = (x: RowsInput): boolean =>
  Array.isArray(x) && x.some((row) => Array.isArray(row) && row.some((cell) => typeof cell !== 'number'));
