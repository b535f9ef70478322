import { timesPower } from '../core/powers.js';
import type { ValueInput } from './inputs.js';
import { checkScoreOptions } from './options.js';
import {
  type Column,
  type Combined,
  type Raw,
  type RegressionScoreOptions,
  scoreOutputs,
  weightedMean,
} from './outputs.js';

/**
 * Mean of (t − y)² over samples, in the squared unit of the target.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.meanSquaredError([3, 5], [2, 7])); // 2.5
 * const each = { multioutput: 'rawValues' } as const;
 * console.log(metrics.meanSquaredError([[3, 0], [5, 0]], [[2, 0], [7, 1]], each));
 * // Float64Array(2) [ 2.5, 0.5 ]
 * ```
 */
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanSquaredError', options, ['multioutput']);
  return scoreOutputs(yTrue, yPred, options, (column) => timesPower(meanSquare(column), 2 * column.unit));
}

/** Mean squared error of an output, in units of 4^unit. */
function meanSquare({ truth, guess, weights }: Column): number {
  return weightedMean(weights, (i) => (truth(i) - guess(i)) ** 2);
}

/**
 * Square root of the mean of (t − y)² over samples, computed per output and then averaged. In the
 * unit of the target.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.rootMeanSquaredError([0, 0], [3, 3])); // 3
 * ```
 */
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('rootMeanSquaredError', options, ['multioutput']);
  return scoreOutputs(yTrue, yPred, options, (column) =>
    timesPower(Math.sqrt(meanSquare(column)), column.unit),
  );
}
