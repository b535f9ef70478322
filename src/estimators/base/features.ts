import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { isTypedArray } from '../../core/realm.js';
import { countOf, type NamedColumns, refuseNotFinite } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import type { MatrixInput } from '../../data/arrayInputs.js';
import { isReadable, newShared } from '../../kernels/sharedMemory.js';

export type { NamedColumns };

/** Samples as users pass them. */
export type FeatureInput = MatrixInput | NamedColumns;

/**
 * Row-major samples in their original element type; the caller's own memory if possible. Never
 * modified.
 */
export interface Features {
  data: Float64Array | Float32Array | Uint8Array;
  dtype: 'f64' | 'f32' | 'u8';
  rows: number;
  cols: number;
  names: readonly string[] | undefined;
}

/**
 * Samples of any kind that users may pass, without a copy where they come as float64, float32 or
 * uint8; all other numbers go into float64, which holds them exactly. Does not check the values:
 * see {@link checkFiniteFeatures}.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT` for what is not a
 *   number
 */
export function readFeatures(what: string, x: FeatureInput): Features {
  const { data, rows, cols, names } = readNumbers(what, x, 'features');
  if (isTypedArray(data, 'Float32Array')) return { data, dtype: 'f32', rows, cols, names };
  if (isTypedArray(data, 'Uint8Array')) return { data, dtype: 'u8', rows, cols, names };
  const values = isTypedArray(data, 'Float64Array') ? data : Float64Array.from(data);
  return { data: values, dtype: 'f64', rows, cols, names };
}

/**
 * @param most the largest number that is taken
 * @throws SteepestError `ERR_NOT_FINITE` with row and column
 */
export function checkFiniteFeatures(
  what: string,
  { data, dtype, cols, names }: Features,
  most = Number.MAX_VALUE,
): void {
  if (dtype === 'u8') return;
  let i = 0;
  while (i < data.length && Math.abs(data[i]!) <= most) i++;
  if (i === data.length) return;
  refuseNotFinite(what, data[i], Math.floor(i / cols), names?.[i % cols] ?? i % cols);
}

/** The columns that an estimator was fitted with. */
export interface FittedColumns {
  cols: number;
  names: readonly string[] | undefined;
}

/** @throws SteepestError `ERR_SHAPE` if the columns of x differ from those of the fit */
export function checkFittedColumns(what: string, given: Features, fitted: FittedColumns): void {
  const { cols, names } = fitted;
  if (given.cols !== cols) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with ${countOf(cols, 'column')}, as in fit`,
      given: `${given.cols}`,
      hint: 'Pass the same columns.',
    });
  }
  const wrong = names && given.names ? names.findIndex((name, i) => name !== given.names?.[i]) : -1;
  if (wrong >= 0) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with column ${wrong} named ${show(names?.[wrong])}, as in fit`,
      given: show(given.names?.[wrong]),
      hint: 'Pass the same columns in the same order.',
    });
  }
}

const ARRAYS = { f64: Float64Array, f32: Float32Array, u8: Uint8Array } as const;

/** Bytes copied between two turns of the event loop: about 2 ms. */
const SLICE_BYTES = 8 * 2 ** 20;

/**
 * The samples in memory that worker threads can read: unchanged if they are shared, otherwise
 * copied in slices.
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
