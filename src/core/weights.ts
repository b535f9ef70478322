import { SteepestError } from './errors.js';
import { checkRowCount, refuseNotFinite } from './refuse.js';
import { readNumbers } from './rows.js';

/**
 * One weight of `what`, at least 0.
 * @throws SteepestError `ERR_NOT_FINITE`, `ERR_ARGUMENT`
 */
export function checkWeight(what: string, weight: number, row: number): number {
  if (weight >= 0 && weight < Number.POSITIVE_INFINITY) return weight;
  if (!(weight < 0) || weight === Number.NEGATIVE_INFINITY) refuseNotFinite(what, weight, row);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have weights of at least 0`,
    given: `${weight} at row ${row}`,
    hint: 'Leave rows out with a weight of 0.',
  });
}

/**
 * One weight per row, in float64.
 * @param rows how many rows `of` has
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_RAGGED`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`
 */
export function readWeights(
  what: string,
  given: unknown,
  of: string,
  rows: number,
  { firstRow = 0, place = '' } = {},
): Float64Array {
  const { data, rows: count, cols } = readNumbers(what, given, 'values', firstRow);
  checkRowCount(what, count * cols, of, rows, place);
  const weights = new Float64Array(rows);
  for (let i = 0; i < rows; i++) weights[i] = checkWeight(what, data[i]!, firstRow + i);
  return weights;
}

/** @throws SteepestError `ERR_ARGUMENT` where all weights are 0 */
export function checkAnyWeight(what: string, weights: Float64Array): Float64Array {
  if (weights.some((weight) => weight > 0)) return weights;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have a weight above 0`,
    given: 'only zeros',
    hint: `Leave ${what} out for equal weights.`,
  });
}
