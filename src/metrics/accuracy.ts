import { confusionMatrix } from './confusionMatrix.js';
import { type LabelInput, readPair, readWeights, type WeightOption, warnUndefined } from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';

/** Options of `accuracyScore`. */
export interface AccuracyOptions extends WeightOption {
  /** Return the share of correct predictions (default), or with `false` their weighted count. */
  normalize?: boolean;
}

/**
 * Share of samples whose class is predicted correctly.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.accuracyScore(['cat', 'dog', 'dog', 'emu'], ['cat', 'dog', 'emu', 'emu']));
 * // 0.75
 * ```
 */
export function accuracyScore(yTrue: LabelInput, yPred: LabelInput, options: AccuracyOptions = {}): number {
  checkScoreOptions('accuracyScore', options, ['normalize']);
  const normalize = readFlag('normalize', options.normalize, true);
  const { truth, guess } = readPair(yTrue, yPred);
  const weights = readWeights(options.sampleWeight, truth.length);
  let right = 0;
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    total += weights[i];
    if (truth[i] === guess[i]) right += weights[i];
  }
  return normalize ? right / total : right;
}

/** Options of `balancedAccuracyScore`. */
export interface BalancedAccuracyOptions extends WeightOption {
  /** Rescale so that guessing scores 0 and a perfect prediction scores 1. */
  adjusted?: boolean;
}

/**
 * Mean recall over the true classes: accuracy in which every class has the same weight. Classes
 * that occur only in yPred are ignored, with a warning, as in scikit-learn.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // 3 of 4 of the one class, 1 of 2 of the other.
 * console.log(metrics.balancedAccuracyScore([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0])); // 0.625
 * ```
 */
export function balancedAccuracyScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: BalancedAccuracyOptions = {},
): number {
  checkScoreOptions('balancedAccuracyScore', options, ['adjusted']);
  const adjusted = readFlag('adjusted', options.adjusted, false);
  const { data, labels } = confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight });
  const k = labels.length;
  const recalls: number[] = [];
  for (let i = 0; i < k; i++) {
    const total = data.subarray(i * k, (i + 1) * k).reduce((sum, value) => sum + value, 0);
    if (total > 0) recalls.push(data[i * k + i] / total);
  }
  if (recalls.length < k) warnUndefined('balancedAccuracyScore: yPred contains classes that yTrue does not.');
  const score = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
  if (!adjusted) return score;
  const chance = 1 / recalls.length;
  return (score - chance) / (1 - chance);
}
