import { type LabelInput, tooFewSamples, type ValueInput } from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';
import {
  classShares,
  type Probabilities,
  type ProbabilityOptions,
  readProbabilities,
} from './probabilities.js';

/** Options of `logLoss`. */
export interface LogLossOptions extends ProbabilityOptions {
  /** Return the mean over samples (default), or with `false` the sum. */
  normalize?: boolean;
}

/**
 * Cross-entropy of true classes and predicted probabilities, −mean ln p(true class), as in
 * scikit-learn's `log_loss`.
 *
 * @param yProba one probability per sample, that of the second class in ascending order, or one
 * column per class in ascending order. Probabilities are clipped to at least 2⁻⁵² (2⁻²³ for a
 * Float32Array) from 0 and 1. Rows that do not add up to 1 cause a warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` (a class
 * outside `labels`, a probability outside [0, 1]), `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // −(ln 0.9 + ln 0.8) / 2
 * console.log(metrics.logLoss(['no', 'yes'], [[0.9, 0.1], [0.2, 0.8]]).toFixed(4)); // 0.1643
 * ```
 */
export function logLoss(yTrue: LabelInput, yProba: ValueInput, options: LogLossOptions = {}): number {
  checkScoreOptions('logLoss', options, ['normalize', 'labels']);
  const normalize = readFlag('normalize', options.normalize, true);
  const given = readProbabilities('logLoss', yTrue, yProba, options);
  const sum = summedLoss(given, given.at);
  return normalize ? sum / given.weights.reduce((total, weight) => total + weight, 0) : sum;
}

/**
 * The share of the log loss that predictions save, compared with the shares of the classes in
 * yTrue. Perfect predictions score 1. With fewer than two samples the result is NaN, with a
 * warning.
 * @throws SteepestError as {@link logLoss}
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.d2LogLossScore([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])); // 0
 * ```
 */
export function d2LogLossScore(
  yTrue: LabelInput,
  yProba: ValueInput,
  options: ProbabilityOptions = {},
): number {
  checkScoreOptions('d2LogLossScore', options, ['labels']);
  const given = readProbabilities('d2LogLossScore', yTrue, yProba, options);
  if (given.rows < 2) return tooFewSamples('d2LogLossScore', 'D²');
  const shares = classShares(given);
  return 1 - summedLoss(given, given.at) / summedLoss(given, (_, c) => shares[c]);
}

/** −Σ w ln p(true class), with clipped probabilities. */
function summedLoss(
  { codes, weights, epsilon }: Probabilities,
  at: (i: number, c: number) => number,
): number {
  let sum = 0;
  codes.forEach((code, i) => {
    sum -= weights[i] * Math.log(Math.min(Math.max(at(i, code), epsilon), 1 - epsilon));
  });
  return sum;
}
