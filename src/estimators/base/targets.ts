import { SteepestError } from '../../core/errors.js';
import { isNdArray, type NdArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import { reading, refuseTable } from '../../core/refuse.js';
import { checkLength, isNested, readNdArray, readNumberList, typedNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import type { TargetInput } from '../../data/arrayInputs.js';
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
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`
 * for what is not a number
 */
export function readTargets(what: string, y: TargetInput, rows: number): Targets {
  const targets = reading(what, () => readAny(what, y));
  if (targets.rows !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with one row per sample, ${rows}`,
      given: `${targets.rows}`,
      hint: 'Pass one target per sample.',
    });
  }
  const i = findNotFinite(targets.data);
  if (i >= 0) {
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `finite numbers in ${what}`,
      given: `${targets.data[i]} at row ${Math.floor(i / targets.cols)}`,
      hint: 'Remove such rows.',
    });
  }
  return targets;
}

function readAny(what: string, y: unknown): Targets {
  const typed = typedNumbers(what, y);
  if (typed !== undefined) return vector(typed);
  if (Array.isArray(y)) return isNested(y) ? matrix(what, y) : vector(numberList(what, y));
  if (isNdArray(y))
    return Array.isArray(y.shape) && y.shape.length === 1
      ? vector(readNdArray(what, y, 1).data)
      : matrix(what, y);
  return refuseTable(
    what,
    y,
    'a list of numbers, an array of rows, or { data, shape }',
    'Pass one number per row of X.',
  );
}

function numberList(what: string, list: readonly unknown[]): readonly number[] {
  checkLength(what, list);
  if (list.some((value) => typeof value === 'string')) refuseText(what, list);
  return readNumberList(what, list);
}

/** Text among targets is most often the names of classes. */
function refuseText(what: string, list: readonly unknown[]): never {
  const row = list.findIndex((value) => typeof value === 'string');
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `numbers in ${what}`,
    given: `${show(list[row])} at row ${row}`,
    hint: 'For classes, use a classifier; convert numbers with Number(value).',
  });
}

function vector(list: ArrayLike<number>): Targets {
  const data = isTypedArray(list, 'Float64Array') ? list : Float64Array.from(list);
  return { data, rows: data.length, cols: 1, isVector: true };
}

function matrix(what: string, y: unknown): Targets {
  const { data, rows, cols } = readFeatures(what, y as NdArray);
  return {
    data: isTypedArray(data, 'Float64Array') ? data : Float64Array.from(data),
    rows,
    cols,
    isVector: false,
  };
}
