import { SteepestError } from '../core/errors.js';
import { timesPower } from '../core/powers.js';
import { show } from '../core/show.js';
import { tooFewSamples, type ValueInput } from './inputs.js';
import { checkScoreOptions } from './options.js';
import {
  type Column,
  type Combined,
  explained,
  type Raw,
  type RegressionScoreOptions,
  readPairs,
  scoreOutputs,
  weightedMean,
  weightedQuantile,
} from './outputs.js';

/** Options of `d2PinballScore` and `meanPinballLoss`. */
export interface PinballOptions extends RegressionScoreOptions {
  /** The quantile that the predictions are for, from 0 to 1. Default 0.5, the median. */
  alpha?: number;
}

/** @throws SteepestError `ERR_ARGUMENT` */
function readAlpha(alpha: unknown = 1 / 2): number {
  if (typeof alpha === 'number' && alpha >= 0 && alpha <= 1) return alpha;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'alpha from 0 to 1',
    given: show(alpha),
    hint: 'For the 90th percentile write alpha: 0.9.',
  });
}

/** α (t − y) where the target is above the prediction, (1 − α) (y − t) where it is below. */
function loss({ truth, weights }: Column, guess: (i: number) => number, alpha: number): number {
  return weightedMean(weights, (i) => {
    const difference = truth(i) - guess(i);
    return difference >= 0 ? alpha * difference : (alpha - 1) * difference;
  });
}

/**
 * Mean pinball loss of predicted quantiles (Koenker & Bassett 1978), in the unit of the target.
 * With `alpha: 0.5` it is half the mean absolute error.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // Too low costs nine times as much as too high.
 * console.log(metrics.meanPinballLoss([10, 10], [9, 11], { alpha: 0.9 }).toFixed(2)); // 0.50
 * ```
 */
export function meanPinballLoss(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: PinballOptions & Raw,
): Float64Array;
export function meanPinballLoss(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: PinballOptions & Combined,
): number;
export function meanPinballLoss(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: PinballOptions = {},
): number | Float64Array {
  checkScoreOptions('meanPinballLoss', options, ['alpha', 'multioutput']);
  const alpha = readAlpha(options.alpha);
  return scoreOutputs(yTrue, yPred, options, (column) =>
    timesPower(loss(column, column.guess, alpha), column.unit),
  );
}

/**
 * The share of the pinball loss that predictions save, compared with the best constant, which is
 * the targets' quantile. A perfect prediction scores 1. With fewer than two samples the result is
 * NaN, with a warning.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.d2PinballScore([1, 2, 3], [1, 2, 3], { alpha: 0.9 })); // 1
 * ```
 */
export function d2PinballScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: PinballOptions & Raw,
): number | Float64Array;
export function d2PinballScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: PinballOptions & Combined,
): number;
export function d2PinballScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: PinballOptions = {},
): number | Float64Array {
  checkScoreOptions('d2PinballScore', options, ['alpha', 'multioutput']);
  return d2('d2PinballScore', yTrue, yPred, options, readAlpha(options.alpha));
}

/**
 * The share of the absolute error that predictions save, compared with the targets' median. With
 * fewer than two samples the result is NaN, with a warning.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // As far from the targets as their median, 2, is.
 * console.log(metrics.d2AbsoluteErrorScore([1, 2, 3], [2, 2, 2])); // 0
 * ```
 */
export function d2AbsoluteErrorScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): number | Float64Array;
export function d2AbsoluteErrorScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & Combined,
): number;
export function d2AbsoluteErrorScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('d2AbsoluteErrorScore', options, ['multioutput']);
  return d2('d2AbsoluteErrorScore', yTrue, yPred, options, 1 / 2);
}

function d2(
  name: string,
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions,
  alpha: number,
): number | Float64Array {
  const { columns, rows } = readPairs(yTrue, yPred, options);
  if (rows < 2) return tooFewSamples(name, 'D²');
  const residuals = columns.map((column) => loss(column, column.guess, alpha));
  const spreads = columns.map((column) => {
    const targets = Float64Array.from(column.weights, (_, i) => column.truth(i));
    const quantile = weightedQuantile(targets, column.weights, alpha);
    return loss(column, () => quantile, alpha);
  });
  const { multioutput } = options;
  return explained(columns, Float64Array.from(residuals), Float64Array.from(spreads), { multioutput });
}
