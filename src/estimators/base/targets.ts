import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import type { TargetInput } from '../../data/tables.js';
import { findNotFinite, readFeatures } from './features.js';

/** Targets in float64, rows × cols. */
export interface Targets {
  data: Float64Array;
  rows: number;
  cols: number;
  /** True if y was a plain list: predictions are then one too. */
  isVector: boolean;
}

/**
 * Targets of any kind that users may pass.
 * @param rows how many samples there are
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readTargets(what: string, y: TargetInput, rows: number): Targets {
  const isList = (Array.isArray(y) && !Array.isArray(y[0])) || ArrayBuffer.isView(y);
  const isVector = isList || (!Array.isArray(y) && (y as NdArray)?.shape?.length === 1);
  const targets = isVector ? vector(what, y) : matrix(what, y as NdArray);
  if (targets.rows !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with one row per sample, ${rows}`,
      given: `${targets.rows}`,
      mend: 'Pass one target per sample.',
    });
  }
  const i = findNotFinite(targets.data);
  if (i >= 0) {
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `finite numbers in ${what}`,
      given: `${targets.data[i]} at row ${Math.floor(i / targets.cols)}`,
      mend: 'Remove such rows.',
    });
  }
  return { ...targets, isVector };
}

function vector(what: string, y: TargetInput): Omit<Targets, 'isVector'> {
  const list = (Array.isArray(y) || ArrayBuffer.isView(y) ? y : (y as NdArray).data) as ArrayLike<unknown>;
  const data = isTypedArray(list, 'Float64Array') ? list : new Float64Array(list.length);
  if (data !== list) {
    for (let i = 0; i < data.length; i++) {
      const value = list[i];
      if (typeof value !== 'number') {
        throw new SteepestError('ERR_ARGUMENT', {
          expected: `numbers in ${what}`,
          given: `${JSON.stringify(value) ?? 'undefined'} (${typeof value}) at row ${i}`,
          mend: 'For classes, use a classifier.',
        });
      }
      data[i] = value;
    }
  }
  return { data, rows: data.length, cols: 1 };
}

function matrix(what: string, y: NdArray): Omit<Targets, 'isVector'> {
  const { data, rows, cols } = readFeatures(what, y);
  return { data: isTypedArray(data, 'Float64Array') ? data : Float64Array.from(data), rows, cols };
}
