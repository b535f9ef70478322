import { SteepestError } from '../core/errors.js';
import { isNdArray } from '../core/ndarray.js';
import { isTypedArray } from '../core/realm.js';
import { reading, refuseCell, refuseTable } from '../core/refuse.js';
import { readNdArray, readNestedRows, readNumberList, refuseFlat, typedNumbers } from '../core/rows.js';
import { show } from '../core/show.js';
import type { DType } from '../kernels/contract.js';
import { isReadable, newShared } from '../kernels/sharedMemory.js';
import type { SampleInput, TargetInput } from './arrayInputs.js';
import { withoutSampleShape } from './sampleShape.js';

/** Rows of a data set in memory that worker threads can read. */
export interface Table {
  data: Float32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer>;
  dtype: Extract<DType, 'f32' | 'u8' | 'i32'>;
  rows: number;
  cols: number;
}

/** Flat values with their sizes, not yet in shared memory. */
export interface Flat {
  values: ArrayLike<number>;
  rows: number;
  cols: number;
  /** It came as a list of numbers, not as rows. */
  isFlat: boolean;
}

function shapeError(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_SHAPE', { expected, given, hint });
}

const ROWS = 'an array of rows, or { data, shape }';

/**
 * Rows × columns of anything that users may pass. A list of numbers is one column.
 * @param firstRow the number that errors give to the first row
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`,
 * `ERR_EMPTY`, `ERR_ARGUMENT` for what is not a number
 */
export function flatten(what: string, input: TargetInput, firstRow = 0): Flat {
  return reading(what, () => notEmpty(what, flattenAny(what, input, firstRow)));
}

function flattenAny(what: string, input: unknown, firstRow: number): Flat {
  const typed = typedNumbers(what, input);
  if (typed !== undefined) return { values: typed, rows: typed.length, cols: 1, isFlat: true };
  if (Array.isArray(input)) {
    if (input.length === 0) return { values: [], rows: 0, cols: 0, isFlat: false };
    if (typeof input[0] === 'number') {
      return { values: readNumberList(what, input, firstRow), rows: input.length, cols: 1, isFlat: true };
    }
    if (typeof input[0] !== 'object' || input[0] === null) refuseCell(what, input[0], `at row ${firstRow}`);
    const { data, rows, cols } = readNestedRows(what, input, firstRow);
    return { values: data, rows, cols, isFlat: false };
  }
  if (!isNdArray(input)) refuseTable(what, input, ROWS);
  const { data, rows, cols } = readNdArray(what, input, 1);
  return { values: data, rows, cols, isFlat: false };
}

function notEmpty(what: string, flat: Flat): Flat {
  if (flat.rows === 0 || flat.cols === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} with at least one row and one column`,
      given: `${flat.rows} × ${flat.cols}`,
      hint: 'Pass some data.',
    });
  }
  return flat;
}

/** True for memory that threads can read as it stands. */
function isShared(values: unknown): boolean {
  return ArrayBuffer.isView(values) && isReadable(values);
}

/** A value that is not a finite number. */
export function notFinite(what: string, value: unknown, row: number, col: number): never {
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: `finite numbers in ${what}`,
    given: `${show(value)} at row ${row}, column ${col}`,
    hint: 'Remove or impute such rows first.',
  });
}

/** A target that the loss does not take. */
export function targetOutside(
  what: string,
  range: readonly [number, number],
  value: number,
  row: number,
): never {
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} between ${range[0]} and ${range[1]} for this loss`,
    given: `${value} at row ${row}`,
    hint: 'Use 0 and 1 or probabilities; for class numbers use sparseCategoricalCrossentropy.',
  });
}

/** @throws SteepestError unless `label` is a whole number from 0 to classes − 1 */
export function checkLabel(what: string, label: number, classes: number, row: number): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  throw new SteepestError(Number.isFinite(label) ? 'ERR_LABEL_RANGE' : 'ERR_NOT_FINITE', {
    expected: `${what} to be whole numbers from 0 to ${classes - 1}, one class per output`,
    given: `${show(label)} at row ${row}`,
    hint: 'Number the classes from 0, or give the last layer more units.',
  });
}

/** @param given the numbers before they were rounded to float32, for errors */
function checkFinite(what: string, values: ArrayLike<number>, cols: number, given = values): void {
  for (let i = 0; i < values.length; i++) {
    // x − x is 0 for every finite x and NaN for the others.
    if (values[i]! - values[i]! !== 0) notFinite(what, given[i], Math.floor(i / cols), i % cols);
  }
}

/** @throws SteepestError `ERR_SHAPE` */
export function checkInputCols(
  what: string,
  flat: Flat,
  cols: number,
  sampleShape: readonly number[] = [cols],
): void {
  if (flat.cols === cols) return;
  if (flat.isFlat) refuseFlat(what, flat.values, cols);
  const isImages = sampleShape.length > 1;
  shapeError(
    `${what} with ${cols} columns, the model's inputShape${isImages ? ` [${sampleShape.join(', ')}]` : ''}`,
    `${flat.cols} columns`,
    isImages
      ? `Pass { data, shape: [samples, ${sampleShape.join(', ')}] }, or change inputShape.`
      : 'Change inputShape, or the columns of the data.',
  );
}

/**
 * @param hintOneColumn what to do where there is one column in place of several
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkTargetCols(
  what: string,
  flat: Flat,
  cols: number,
  hintOneColumn = 'Change the last layer or the targets.',
): void {
  if (flat.cols === cols) return;
  shapeError(
    `${what} with ${cols} ${cols === 1 ? 'column' : 'columns, one per output'}`,
    flat.cols === 1 ? '1 column' : `${flat.cols} columns`,
    flat.cols === 1 ? hintOneColumn : 'Change the last layer or the targets.',
  );
}

/** @throws SteepestError `ERR_SHAPE` */
export function checkLabelCols(what: string, flat: Flat): void {
  if (flat.cols === 1) return;
  shapeError(
    `${what} with one class number per sample`,
    `${flat.cols} columns`,
    'For one-hot rows use categoricalCrossentropy.',
  );
}

/**
 * Samples as a table of float32 or uint8. Memory that is
 * shared already is used as it stands; uint8 stays uint8.
 * @throws SteepestError for anything that is not `cols` finite numbers per row.
 */
export function inputTable(
  what: string,
  input: SampleInput,
  cols: number,
  sampleShape: readonly number[] = [cols],
): Table {
  const flat = flatten(what, withoutSampleShape(what, input, sampleShape));
  checkInputCols(what, flat, cols, sampleShape);
  return { ...toShared(what, flat), rows: flat.rows, cols };
}

function toShared(what: string, { values, rows, cols }: Flat): Pick<Table, 'data' | 'dtype'> {
  if (isTypedArray(values, 'Uint8Array')) {
    const data = isShared(values)
      ? (values as Uint8Array<SharedArrayBuffer>)
      : new Uint8Array(newShared(rows * cols));
    if (data !== (values as Uint8Array)) data.set(values);
    return { data, dtype: 'u8' };
  }
  if (isTypedArray(values, 'Float32Array') && isShared(values)) {
    checkFinite(what, values, cols);
    return { data: values as Float32Array<SharedArrayBuffer>, dtype: 'f32' };
  }
  const data = new Float32Array(newShared(rows * cols * 4));
  for (let i = 0; i < data.length; i++) data[i] = values[i] as number;
  // Checked after rounding: a float64 beyond float32's range is as useless as an infinity.
  checkFinite(what, data, cols, values);
  return { data, dtype: 'f32' };
}

/** One row of values per sample, as float32. A flat list counts as one column. */
export function targetTable(
  what: string,
  input: TargetInput,
  cols: number,
  range: readonly [number, number] | undefined,
  hintOneColumn?: string,
): Table {
  const flat = flatten(what, input);
  checkTargetCols(what, flat, cols, hintOneColumn);
  const { rows } = flat;
  const data = new Float32Array(newShared(rows * cols * 4));
  for (let i = 0; i < data.length; i++) data[i] = flat.values[i] as number;
  checkFinite(what, data, cols, flat.values);
  if (range !== undefined) {
    const outside = data.findIndex((value) => value < range[0] || value > range[1]);
    if (outside >= 0) targetOutside(what, range, data[outside]!, Math.floor(outside / cols));
  }
  return { data, dtype: 'f32', rows, cols };
}

/** Class numbers 0 … classes − 1, one per sample, as int32. */
export function labelTable(what: string, input: TargetInput, classes: number): Table {
  const flat = flatten(what, input);
  checkLabelCols(what, flat);
  const data = new Int32Array(newShared(flat.rows * 4));
  for (let i = 0; i < flat.rows; i++) {
    const label = flat.values[i] as number;
    checkLabel(what, label, classes, i);
    data[i] = label;
  }
  return { data, dtype: 'i32', rows: flat.rows, cols: 1 };
}
