import { SteepestError } from '../../core/errors.js';
import { isNdArray, type NdArray } from '../../core/ndarray.js';
import { nextTurn } from '../../core/nextTurn.js';
import { isTypedArray } from '../../core/realm.js';
import { isNamedTable, reading, refuseTable } from '../../core/refuse.js';
import { readNdArray, readNestedRows, refuseFlat, typedNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import type { MatrixInput } from '../../data/arrayInputs.js';
import { isReadable, newShared } from '../../kernels/sharedMemory.js';

/** A table with named columns, such as a `DataTable`, that can turn into a matrix. */
export interface NamedColumns {
  readonly columnNames: readonly string[];
  toMatrix(): NdArray<Float64Array>;
}

/** Samples as users give them. */
export type FeatureInput = MatrixInput | NamedColumns;

/**
 * Row-major samples with the element type they came in; the
 * caller's own memory wherever possible. Never written.
 */
export interface Features {
  data: Float64Array | Float32Array | Uint8Array;
  dtype: 'f64' | 'f32' | 'u8';
  rows: number;
  cols: number;
  names: readonly string[] | undefined;
}

function shapeError(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_SHAPE', { expected, given, hint });
}

function nestedRows(what: string, list: readonly unknown[]): Features {
  if (list.length === 0)
    return { data: new Float64Array(0), dtype: 'f64', rows: 0, cols: 0, names: undefined };
  if (typeof list[0] === 'number') refuseFlat(what, list);
  return { ...readNestedRows(what, list), dtype: 'f64', names: undefined };
}

/**
 * Float64, float32 and uint8 stay as they are; all other
 * numbers go into float64, which holds them exactly.
 */
function matrix(what: string, array: NdArray): Features {
  const { data, rows, cols } = readNdArray(what, array, 2);
  const names = undefined;
  if (isTypedArray(data, 'Float64Array')) return { data, dtype: 'f64', rows, cols, names };
  if (isTypedArray(data, 'Float32Array')) return { data, dtype: 'f32', rows, cols, names };
  if (isTypedArray(data, 'Uint8Array')) return { data, dtype: 'u8', rows, cols, names };
  return { data: Float64Array.from(data), dtype: 'f64', rows, cols, names };
}

/**
 * Samples of any kind that users may pass, without a copy where they come as float64, float32 or
 * uint8. Values are not looked at: see {@link checkFiniteFeatures}.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`,
 * `ERR_EMPTY`, `ERR_ARGUMENT` for what is not a number
 */
export function readFeatures(what: string, x: FeatureInput): Features {
  const features = reading(what, () => readAny(what, x));
  if (features.rows === 0 || features.cols === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} with at least one row and one column`,
      given: `${features.rows} × ${features.cols}`,
      hint: 'Pass some data.',
    });
  }
  return features;
}

function readAny(what: string, x: unknown): Features {
  if (Array.isArray(x)) return nestedRows(what, x);
  const typed = typedNumbers(what, x);
  if (typed !== undefined) refuseFlat(what, typed);
  if (typeof x === 'object' && x !== null && isNamedTable(x)) {
    const table = x as NamedColumns;
    return { ...matrix(what, table.toMatrix()), names: [...table.columnNames] };
  }
  if (isNdArray(x)) return matrix(what, x);
  return refuseTable(what, x, 'an array of rows, a table, or { data, shape }');
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
    given: `${value} at row ${row}, column ${show(column)}`,
    hint: 'Fill missing values with SimpleImputer, or remove such rows.',
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
      `${what} with column ${wrong} named ${show(names?.[wrong])}, as in fit`,
      show(given.names?.[wrong]),
      'Pass the same columns in the same order.',
    );
  }
}

const ARRAYS = { f64: Float64Array, f32: Float32Array, u8: Uint8Array } as const;

/** Bytes copied before the event loop gets its turn: about 2 ms. */
const SLICE_BYTES = 8 * 2 ** 20;

/**
 * The samples in memory that worker threads can read: as
 * they stand if they are shared, else copied in slices.
 */
export async function shareFeatures(features: Features): Promise<Features> {
  const { data } = features;
  if (isReadable(data)) return features;
  const shared = newShared(data.byteLength);
  const to = new Uint8Array(shared);
  const from = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let begin = 0; begin < from.length; begin += SLICE_BYTES) {
    if (begin > 0) await nextTurn();
    to.set(from.subarray(begin, begin + SLICE_BYTES), begin);
  }
  const Type = ARRAYS[features.dtype] as new (memory: SharedArrayBuffer) => Features['data'];
  return { ...features, data: new Type(shared) };
}
