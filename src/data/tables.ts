import { SteepestError } from '../core/errors.js';
import type { NdArray, NumericArray } from '../core/ndarray.js';
import { isBigIntArray, isDataView, isSharedBuffer, isTypedArray } from '../core/realm.js';
import type { DType } from '../kernels/contract.js';

/** Samples as users give them: nested arrays, or typed memory with a shape. */
export type MatrixInput = readonly (readonly number[])[] | NdArray;
/** Targets as users give them: also a plain list of class numbers or values. */
export type TargetInput = MatrixInput | readonly number[] | NumericArray;

/** Rows of a data set in memory that worker threads can read. */
export interface Table {
  data: Float32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer>;
  dtype: Extract<DType, 'f32' | 'u8' | 'i32'>;
  rows: number;
  cols: number;
}

/** Flat values with their sizes, not yet in shared memory. */
export interface Flat {
  values: ArrayLike<number> & Iterable<number>;
  rows: number;
  cols: number;
}

function shapeError(expected: string, given: string, mend: string): never {
  throw new SteepestError('ERR_SHAPE', { expected, given, mend });
}

export function isNdArray(input: unknown): input is NdArray {
  return typeof input === 'object' && input !== null && 'data' in input && 'shape' in input;
}

/**
 * Rows × columns of anything that users may pass.
 * @param firstRow the number that errors give to the first row
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`
 */
export function flatten(what: string, input: TargetInput, firstRow = 0): Flat {
  if (isNdArray(input)) return flattenNdArray(what, input);
  if (ArrayBuffer.isView(input) && !isDataView(input)) {
    return notEmpty(what, { values: input as NumericArray, rows: (input as NumericArray).length, cols: 1 });
  }
  if (!Array.isArray(input)) {
    shapeError(
      `${what} to be an array of rows, or { data, shape }`,
      typeof input,
      'Pass number[][] or an NdArray.',
    );
  }
  const list = input as readonly unknown[];
  if (list.length === 0) return notEmpty(what, { values: [], rows: 0, cols: 0 });
  if (!Array.isArray(list[0])) return { values: list as number[], rows: list.length, cols: 1 };
  const cols = list[0].length;
  const values = new Float64Array(list.length * cols);
  list.forEach((row, i) => {
    if (!Array.isArray(row) || row.length !== cols) {
      throw new SteepestError('ERR_RAGGED', {
        expected: `every row of ${what} to have ${cols} columns, as row ${firstRow} does`,
        given: `row ${firstRow + i} with ${Array.isArray(row) ? `${row.length} columns` : typeof row}`,
        mend: 'Give every row the same length.',
      });
    }
    for (let j = 0; j < cols; j++) {
      const value: unknown = row[j];
      values[i * cols + j] = typeof value === 'number' ? value : Number.NaN;
    }
  });
  return notEmpty(what, { values, rows: list.length, cols });
}

function flattenNdArray(what: string, { data, shape }: NdArray): Flat {
  if (!ArrayBuffer.isView(data) || isDataView(data) || isBigIntArray(data)) {
    shapeError(
      `${what}.data to be a typed array of numbers`,
      Object.prototype.toString.call(data),
      'Use a Float32Array.',
    );
  }
  const valid =
    Array.isArray(shape) && shape.length >= 1 && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid || shape.length > 2) {
    shapeError(
      `${what}.shape to be [rows, columns]`,
      JSON.stringify(shape),
      'Flatten each sample to one row.',
    );
  }
  const rows = shape[0] as number;
  const cols = shape.length === 1 ? 1 : (shape[1] as number);
  if (data.length !== rows * cols) {
    shapeError(
      `${what}.data to have ${rows} × ${cols} = ${rows * cols} elements, as its shape says`,
      `${data.length}`,
      'Make data and shape agree.',
    );
  }
  return notEmpty(what, { values: data, rows, cols });
}

function notEmpty(what: string, flat: Flat): Flat {
  if (flat.rows === 0 || flat.cols === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} with at least one row and one column`,
      given: `${flat.rows} × ${flat.cols}`,
      mend: 'Pass some data.',
    });
  }
  return flat;
}

/** True for memory that threads can read as it stands. */
function isShared(values: unknown): boolean {
  if (!ArrayBuffer.isView(values)) return false;
  const { buffer } = values;
  return isSharedBuffer(buffer) && !(buffer as { growable?: boolean }).growable;
}

/** A value that is not a finite number. */
export function notFinite(what: string, value: unknown, row: number, col: number): never {
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: `finite numbers in ${what}`,
    given: `${String(value)} at row ${row}, column ${col}`,
    mend: 'Remove or impute such rows first.',
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
    mend: 'Use 0 and 1 or probabilities; for class numbers use sparseCategoricalCrossentropy.',
  });
}

/** @throws SteepestError unless `label` is a whole number from 0 to classes − 1 */
export function checkLabel(what: string, label: number, classes: number, row: number): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  throw new SteepestError(Number.isFinite(label) ? 'ERR_LABEL_RANGE' : 'ERR_NOT_FINITE', {
    expected: `${what} to be whole numbers from 0 to ${classes - 1}, one class per output`,
    given: `${String(label)} at row ${row}`,
    mend: 'Number the classes from 0, or give the last layer more units.',
  });
}

function checkFinite(what: string, values: ArrayLike<number>, cols: number): void {
  for (let i = 0; i < values.length; i++) {
    // x − x is 0 for every finite x and NaN for the others.
    if (values[i]! - values[i]! !== 0) notFinite(what, values[i], Math.floor(i / cols), i % cols);
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
 * @param mendOneColumn what to do where there is one column in place of several
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkTargetCols(
  what: string,
  flat: Flat,
  cols: number,
  mendOneColumn = 'Change the last layer or the targets.',
): void {
  if (flat.cols === cols) return;
  shapeError(
    `${what} with ${cols} ${cols === 1 ? 'column' : 'columns, one per output'}`,
    flat.cols === 1 ? '1 column' : `${flat.cols} columns`,
    flat.cols === 1 ? mendOneColumn : 'Change the last layer or the targets.',
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

/** Whether dimensions are those of a sample; grey images may come without their one channel. */
export function isSample(given: readonly number[], sampleShape: readonly number[]): boolean {
  const whole =
    given.length === 2 && sampleShape.length === 3 && sampleShape[2] === 1 ? [...given, 1] : given;
  return whole.length === sampleShape.length && whole.every((size, i) => size === sampleShape[i]);
}

/** Why samples of these dimensions are none of the model's, and what to do. */
function refuseSamples(what: string, shape: readonly number[], sampleShape: readonly number[]): never {
  const [rows, ...given] = shape;
  const size = given.reduce((a, b) => a * b, 1);
  const [height, width, channels] = sampleShape;
  const isFirst = isSample([given[1]!, given[2]!, given[0]!], sampleShape) && given.length === 3;
  const image = given.length === 2 ? [...given, 1] : given;
  let mend = 'Change inputShape on the first layer, or the size of the images.';
  if (isFirst) {
    mend = `Channels come last: for each image, element (c, h, w) has to go to (h·${width} + w)·${channels} + c.`;
  } else if (sampleShape.length === 1 && size === height) {
    mend = `The model takes rows: give the same data the shape [${rows}, ${size}], or begin the model with layers.flatten({ inputShape: [${image.join(', ')}] }).`;
  }
  shapeError(`${what} with shape [samples, ${sampleShape.join(', ')}]`, `[${shape.join(', ')}]`, mend);
}

/**
 * The same array as a matrix, if its further dimensions are those of a sample.
 * @throws SteepestError `ERR_SHAPE`
 */
export function withoutSampleShape(
  what: string,
  input: MatrixInput,
  sampleShape: readonly number[],
): MatrixInput {
  if (Array.isArray(input) && Array.isArray(input[0]) && Array.isArray(input[0][0])) {
    shapeError(
      `${what} to be rows of numbers, or { data, shape }`,
      'arrays nested three deep or more',
      'Pass images as { data, shape: [samples, height, width, channels] } with a Uint8Array or Float32Array.',
    );
  }
  if (!isNdArray(input) || !Array.isArray(input.shape) || input.shape.length <= 2) return input;
  const [rows, ...given] = input.shape as number[];
  if (!isSample(given, sampleShape)) refuseSamples(what, input.shape, sampleShape);
  return { data: input.data, shape: [rows!, given.reduce((a, b) => a * b, 1)] };
}

/**
 * Samples as a table of float32 or uint8. Memory that is shared already is used as it stands; uint8 stays uint8.
 * @throws SteepestError for anything that is not `cols` finite numbers per row.
 */
export function inputTable(
  what: string,
  input: MatrixInput,
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
      : new Uint8Array(new SharedArrayBuffer(rows * cols));
    if (data !== (values as Uint8Array)) data.set(values);
    return { data, dtype: 'u8' };
  }
  if (isTypedArray(values, 'Float32Array') && isShared(values)) {
    checkFinite(what, values, cols);
    return { data: values as Float32Array<SharedArrayBuffer>, dtype: 'f32' };
  }
  const data = new Float32Array(new SharedArrayBuffer(rows * cols * 4));
  for (let i = 0; i < data.length; i++) data[i] = values[i] as number;
  // Checked after rounding: a float64 beyond float32's range is as useless as an infinity.
  checkFinite(what, data, cols);
  return { data, dtype: 'f32' };
}

/** One row of values per sample, as float32. A flat list counts as one column. */
export function targetTable(
  what: string,
  input: TargetInput,
  cols: number,
  range: readonly [number, number] | undefined,
  mendOneColumn?: string,
): Table {
  const flat = flatten(what, input);
  checkTargetCols(what, flat, cols, mendOneColumn);
  const { rows } = flat;
  const data = new Float32Array(new SharedArrayBuffer(rows * cols * 4));
  for (let i = 0; i < data.length; i++) data[i] = flat.values[i] as number;
  checkFinite(what, data, cols);
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
  const data = new Int32Array(new SharedArrayBuffer(flat.rows * 4));
  for (let i = 0; i < flat.rows; i++) {
    const label = flat.values[i] as number;
    checkLabel(what, label, classes, i);
    data[i] = label;
  }
  return { data, dtype: 'i32', rows: flat.rows, cols: 1 };
}
