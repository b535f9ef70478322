import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { nextTurn } from '../../core/nextTurn.js';
import { isSharedBuffer, isTypedArray } from '../../core/realm.js';
import type { MatrixInput } from '../../data/tables.js';

/** A table with named columns, such as a `DataTable`, that can turn into a matrix. */
export interface NamedColumns {
  readonly columnNames: readonly string[];
  toMatrix(): NdArray<Float64Array>;
}

/** Samples as users give them. */
export type FeatureInput = MatrixInput | NamedColumns;

/** Row-major samples with the element type they came in; the caller's own memory wherever possible. Never written. */
export interface Features {
  data: Float64Array | Float32Array | Uint8Array;
  dtype: 'f64' | 'f32' | 'u8';
  rows: number;
  cols: number;
  names: readonly string[] | undefined;
}

function shapeError(expected: string, given: string, mend: string): never {
  throw new SteepestError('ERR_SHAPE', { expected, given, mend });
}

function nestedRows(what: string, rows: readonly (readonly number[])[]): Features {
  const cols = Array.isArray(rows[0]) ? rows[0].length : 0;
  const data = new Float64Array(rows.length * cols);
  rows.forEach((row: unknown, i) => {
    if (!Array.isArray(row) && !ArrayBuffer.isView(row)) {
      shapeError(
        `${what} to be an array of rows`,
        `${row === null ? 'null' : typeof row} at row ${i}`,
        'Write [[1], [2]] for one column, [[1, 2]] for one row.',
      );
    }
    const values = row as readonly unknown[];
    if (values.length !== cols) {
      throw new SteepestError('ERR_RAGGED', {
        expected: `every row of ${what} to have ${cols} columns, as row 0 does`,
        given: `row ${i} with ${values.length}`,
        mend: 'Give every row the same length.',
      });
    }
    for (let j = 0; j < cols; j++) {
      const value = values[j];
      if (typeof value !== 'number') {
        throw new SteepestError('ERR_ARGUMENT', {
          expected: `numbers in ${what}`,
          given: `${JSON.stringify(value) ?? 'undefined'} (${typeof value}) at row ${i}, column ${j}`,
          mend: 'Encode text with OneHotEncoder; use NaN for missing values and SimpleImputer.',
        });
      }
      data[i * cols + j] = value;
    }
  });
  return { data, dtype: 'f64', rows: rows.length, cols, names: undefined };
}

function matrix(what: string, { data, shape }: NdArray): Features {
  const valid =
    Array.isArray(shape) && shape.length >= 1 && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid || shape.length !== 2) {
    shapeError(
      `${what}.shape to be [rows, columns]`,
      JSON.stringify(shape),
      'A single column of n values has shape [n, 1]; a single row of n values has shape [1, n].',
    );
  }
  const [rows, cols] = shape as [number, number];
  if (!ArrayBuffer.isView(data) || data.length !== rows * cols) {
    shapeError(
      `${what}.data to be a typed array of ${rows} × ${cols} = ${rows * cols} numbers, as its shape says`,
      ArrayBuffer.isView(data) ? `${data.length}` : typeof data,
      'Make data and shape agree.',
    );
  }
  if (isTypedArray(data, 'Float64Array')) return { data, dtype: 'f64', rows, cols, names: undefined };
  if (isTypedArray(data, 'Float32Array')) return { data, dtype: 'f32', rows, cols, names: undefined };
  if (isTypedArray(data, 'Uint8Array')) return { data, dtype: 'u8', rows, cols, names: undefined };
  if (isTypedArray(data, 'Int32Array') || isTypedArray(data, 'Uint32Array')) {
    return { data: Float64Array.from(data), dtype: 'f64', rows, cols, names: undefined };
  }
  return shapeError(
    `${what}.data to be a typed array of numbers`,
    Object.prototype.toString.call(data),
    'Use a Float64Array or Float32Array.',
  );
}

const hasNamedColumns = (x: object): x is NamedColumns =>
  'columnNames' in x && 'toMatrix' in x && typeof x.toMatrix === 'function';

/**
 * Samples of any kind that users may pass, without a copy where they come as float64, float32 or uint8.
 * Values are not looked at: see {@link checkFiniteFeatures}.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT` for what is not a number
 */
export function readFeatures(what: string, x: FeatureInput): Features {
  if (typeof x !== 'object' || x === null) {
    shapeError(
      `${what} to be an array of rows, or { data, shape }`,
      String(x),
      'Pass number[][] or an NdArray.',
    );
  }
  let features: Features;
  if (Array.isArray(x)) features = nestedRows(what, x as readonly (readonly number[])[]);
  else if (hasNamedColumns(x)) features = { ...matrix(what, x.toMatrix()), names: [...x.columnNames] };
  else if ('shape' in x && 'data' in x) features = matrix(what, x as NdArray);
  else {
    shapeError(
      `${what} to be an array of rows, or { data, shape }`,
      Object.prototype.toString.call(x),
      'A flat typed array needs its shape: { data, shape: [rows, columns] }.',
    );
  }
  if (features.rows === 0 || features.cols === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} with at least one row and one column`,
      given: `${features.rows} × ${features.cols}`,
      mend: 'Pass some data.',
    });
  }
  return features;
}

/** Position of the first NaN or infinity, or −1. */
export function findNotFinite(data: ArrayLike<number>): number {
  for (let i = 0; i < data.length; i++) {
    // x − x is 0 for every finite x and NaN for the others.
    if (data[i]! - data[i]! !== 0) return i;
  }
  return -1;
}

/** @throws SteepestError `ERR_NOT_FINITE` with row and column */
export function checkFiniteFeatures(what: string, { data, dtype, cols, names }: Features): void {
  if (dtype === 'u8') return;
  const i = findNotFinite(data);
  if (i >= 0) throw notFinite(what, data[i]!, Math.floor(i / cols), names?.[i % cols] ?? i % cols);
}

export function notFinite(what: string, value: number, row: number, column: number | string): SteepestError {
  return new SteepestError('ERR_NOT_FINITE', {
    expected: `finite numbers in ${what}`,
    given: `${value} at row ${row}, column ${typeof column === 'number' ? column : `'${column}'`}`,
    mend: 'Fill missing values with SimpleImputer, or remove such rows.',
  });
}

/** Columns that an estimator was fitted with. */
export interface FittedColumns {
  cols: number;
  names: readonly string[] | undefined;
}

/** @throws SteepestError `ERR_SHAPE` if x has other columns than the fit had */
export function checkFittedColumns(what: string, given: Features, fitted: FittedColumns): void {
  const { cols, names } = fitted;
  if (given.cols !== cols) {
    shapeError(`${what} with ${cols} columns, as in fit`, `${given.cols}`, 'Pass the same columns.');
  }
  const wrong = names && given.names ? names.findIndex((name, i) => name !== given.names?.[i]) : -1;
  if (wrong >= 0) {
    shapeError(
      `${what} with column ${wrong} named '${names?.[wrong]}', as in fit`,
      `'${given.names?.[wrong]}'`,
      'Pass the same columns in the same order.',
    );
  }
}

/** Bytes copied before the event loop gets its turn: about 2 ms. */
const SLICE_BYTES = 8 * 2 ** 20;

const isShared = ({ buffer }: Features['data']): boolean =>
  isSharedBuffer(buffer) && !(buffer as { growable?: boolean }).growable;

/** The samples in memory that worker threads can read: as they stand if they are shared, else copied in slices. */
export async function shareFeatures(features: Features): Promise<Features> {
  const { data } = features;
  if (isShared(data)) return features;
  const shared = new SharedArrayBuffer(data.byteLength);
  const to = new Uint8Array(shared);
  const from = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let begin = 0; begin < from.length; begin += SLICE_BYTES) {
    if (begin > 0) await nextTurn();
    to.set(from.subarray(begin, begin + SLICE_BYTES), begin);
  }
  const Type = data.constructor as new (buffer: SharedArrayBuffer) => Features['data'];
  return { ...features, data: new Type(shared) };
}
