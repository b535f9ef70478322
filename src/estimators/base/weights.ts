import type { WeightInput } from '../../core/ndarray.js';
import { checkAnyWeight, readWeights } from '../../core/weights.js';

/**
 * Sample weights in float64, or undefined if none were given.
 * @throws SteepestError as {@link readWeights}; `ERR_ARGUMENT` where all are 0
 */
export function readSampleWeight(
  weights: WeightInput | undefined,
  rows: number,
  of = 'X',
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  return checkAnyWeight('sampleWeight', readWeights('sampleWeight', weights, of, rows));
}
