import { SteepestError } from './errors.js';
import { isNdArray } from './ndarray.js';
import { isBigIntArray, isPromise } from './realm.js';
import { reading } from './refuse.js';
import { show } from './show.js';

/**
 * A list or typed array with one weight per row; the weights themselves are not looked at.
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkWeightList(what: string, weights: unknown, rows: number): ArrayLike<unknown> {
  return reading(what, () => {
    const isList =
      typeof weights === 'object' && weights !== null && 'length' in weights && !isBigIntArray(weights);
    if (isList && weights.length === rows) return weights as ArrayLike<unknown>;
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} to be a list with one weight per row, ${rows}`,
      given: isList ? `${show(weights.length)}` : show(weights),
      hint: hintOf(weights),
    });
  });
}

function hintOf(weights: unknown): string {
  if (isPromise(weights)) return 'Put await before it.';
  if (isBigIntArray(weights)) return 'Convert it: Float64Array.from(weights, Number).';
  if (isNdArray(weights)) return 'Pass the data alone: weights.data.';
  return 'Pass a flat array with one number per row.';
}
