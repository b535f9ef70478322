import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { isTypedArray } from '../../core/realm.js';
import { checkRowCount, refuseNotFinite } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import type { TargetInput } from '../../data/arrayInputs.js';

/** Targets in float64, rows × cols. */
export interface Targets {
  data: Float64Array;
  rows: number;
  cols: number;
  /** True if y was a plain list: predictions are then plain lists too. */
  isVector: boolean;
}

/**
 * Reads targets of any accepted form.
 * @param samples how many samples there are
 * @param of what the samples are called
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`
 *   for what is not a number
 */
export function readTargets(what: string, y: TargetInput, samples: number, of = 'X'): Targets {
  const { data: given, rows, cols, isFlat } = readNumbers(what, y, 'values');
  checkRowCount(what, rows, of, samples);
  const data = isTypedArray(given, 'Float64Array') ? given : Float64Array.from(given);
  const i = indexOfNotFinite(data);
  if (i >= 0) refuseNotFinite(what, data[i], Math.floor(i / cols), isFlat ? undefined : i % cols);
  return { data, rows, cols, isVector: isFlat };
}

/** One target per row. @throws SteepestError as {@link readTargets}; `ERR_SHAPE` for several */
export function readSingleTarget(
  what: string,
  y: TargetInput,
  samples: number,
  hint = 'Fit one estimator for each target.',
): Float64Array {
  const { data, cols } = readTargets(what, y, samples);
  if (cols === 1) return data;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with one number per row`,
    given: `${cols} columns`,
    hint,
  });
}
