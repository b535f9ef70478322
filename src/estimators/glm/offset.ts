import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import type { WeightInput } from '../../core/ndarray.js';
import { refuseNotFinite } from '../../core/refuse.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { readTargets } from '../base/targets.js';

/**
 * What is known of each row besides its columns; at most one of the two.
 * @example
 * ```ts
 * import { type OffsetOptions, PoissonRegressor } from 'steepest';
 * const years: OffsetOptions = { exposure: [1, 10] };
 * const model = await new PoissonRegressor({ alpha: 0 }).fit([[0], [0]], [2, 20], years);
 * console.log(model.predictSync([[0]])[0]!.toFixed(1)); // 2.0
 * ```
 */
export interface OffsetOptions {
  /** Added to the logarithm of the mean, one per row. */
  offset?: WeightInput;
  /** Time, area or people that the row is about, above 0: the mean is proportional to it. */
  exposure?: WeightInput;
}

export const OFFSET_KEYS: readonly string[] = ['offset', 'exposure'];

/**
 * The offset of each row, or undefined if there is none.
 * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`; `ERR_ARGUMENT` for both, and for an exposure
 *   that is not above 0
 */
export function readOffset({ offset, exposure }: OffsetOptions, rows: number): Float64Array | undefined {
  if (offset !== undefined && exposure !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'offset or exposure',
      given: 'both',
      hint: 'The logarithm of an exposure is an offset: add them up and pass the sum as offset.',
    });
  }
  const name = offset !== undefined ? 'offset' : 'exposure';
  const given = offset ?? exposure;
  if (given === undefined) return undefined;
  const { data, cols } = readTargets(name, given as TargetInput, rows);
  if (cols !== 1) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${name} with one number per row`,
      given: `${cols} columns`,
      hint: 'Pass a list of numbers.',
    });
  }
  if (offset !== undefined) return data;
  const row = data.findIndex((v) => !(v > 0));
  if (row >= 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'exposure above 0',
      given: `${data[row]} at row ${row}`,
      hint: 'Leave out rows without exposure: they say nothing.',
    });
  }
  const logs = data.map(Math.log);
  const bad = indexOfNotFinite(logs);
  if (bad >= 0) refuseNotFinite(name, data[bad], bad, undefined);
  return logs;
}
