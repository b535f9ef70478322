import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { checkWeightList } from '../../core/weights.js';

/**
 * Sample weights in float64, or undefined where all are equal because none were given.
 * @throws SteepestError `ERR_SHAPE` unless there is one per row; `ERR_ARGUMENT` unless all are
 * finite, at least 0, and not all 0
 */
export function readSampleWeight(
  weights: ArrayLike<number> | undefined,
  rows: number,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  checkWeightList('sampleWeight', weights, rows);
  const data = new Float64Array(rows);
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const weight: unknown = weights[i];
    if (typeof weight !== 'number' || !(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'weights of at least 0',
        given: `${show(weight)} at row ${i}`,
        hint: 'Leave rows out with a weight of 0.',
      });
    }
    data[i] = weight;
    sum += weight;
  }
  if (sum === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'at least one weight above 0',
      given: 'only zeros',
      hint: 'Leave sampleWeight out for equal weights.',
    });
  }
  return data;
}
