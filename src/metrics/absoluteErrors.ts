import { checkKeys } from '../core/check.js';
import { powerOfTwo, timesPower } from '../core/powers.js';
import type { ValueInput } from './inputs.js';
import { checkScoreOptions } from './options.js';
import {
  type Column,
  type Combined,
  onlyColumn,
  type Raw,
  type RegressionScoreOptions,
  readPairs,
  scoreOutputs,
  weightedMean,
  weightedQuantile,
} from './outputs.js';

const errorAt =
  ({ truth, guess }: Column) =>
  (i: number): number =>
    Math.abs(truth(i) - guess(i));

/**
 * Mean of |t − y| over samples, in the unit of the target.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.meanAbsoluteError([3, 5], [2, 7])); // 1.5
 * ```
 */
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanAbsoluteError', options, ['multioutput']);
  return scoreOutputs(yTrue, yPred, options, (column) =>
    timesPower(weightedMean(column.weights, errorAt(column)), column.unit),
  );
}

/**
 * Median of |t − y| over samples, in the unit of the target. With weights it is the error below
 * which half of the weight lies.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // One wild prediction does not count.
 * console.log(metrics.medianAbsoluteError([1, 2, 3], [2, 2, 900])); // 1
 * ```
 */
export function medianAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function medianAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function medianAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('medianAbsoluteError', options, ['multioutput']);
  return scoreOutputs(yTrue, yPred, options, (column) => {
    const errors = Float64Array.from(column.weights, (_, i) => errorAt(column)(i));
    return timesPower(weightedQuantile(errors, column.weights, 1 / 2), column.unit);
  });
}

/**
 * Mean of |t − y| / |t| over samples: 1 means 100 %. As in scikit-learn, a target nearer to 0 than
 * 2⁻⁵² counts as 2⁻⁵², so targets of 0 give huge errors.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // 10 % of 100 and 50 % of 2.
 * console.log(metrics.meanAbsolutePercentageError([100, 2], [110, 1])); // 0.3
 * ```
 */
export function meanAbsolutePercentageError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanAbsolutePercentageError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function meanAbsolutePercentageError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanAbsolutePercentageError', options, ['multioutput']);
  return scoreOutputs(yTrue, yPred, options, (column) => {
    const least = Number.EPSILON * powerOfTwo(-column.unit);
    return weightedMean(
      column.weights,
      (i) => errorAt(column)(i) / Math.max(Math.abs(column.truth(i)), least),
    );
  });
}

/**
 * The largest |t − y|, in the unit of the target, of one target per row. It takes no options, and
 * weights have no meaning for it.
 * @throws SteepestError `ERR_SHAPE` for several targets
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.maxError([3, 5, 7], [2, 7, 7])); // 2
 * ```
 */
export function maxError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: Readonly<Record<string, never>> = {},
): number {
  checkKeys('options of maxError', options, []);
  const column = onlyColumn('maxError', readPairs(yTrue, yPred, {}).columns);
  let most = 0;
  for (let i = 0; i < column.weights.length; i++) most = Math.max(most, errorAt(column)(i));
  return timesPower(most, column.unit);
}
