import { confusionMatrix } from './confusionMatrix.js';
import { type LabelInput, readPair, readWeights, type WeightOption, warnUndefined } from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';

export interface AccuracyOptions extends WeightOption {
  /** The share of right predictions (default), or with `false` their number or sum of weights. */
  normalize?: boolean;
}

/**
 * Share of samples whose predicted class is the true one.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
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

export interface BalancedAccuracyOptions extends WeightOption {
  /** Rescale so that guessing scores 0 and perfection 1. */
  adjusted?: boolean;
}

/**
 * Mean of the recalls of the true classes: accuracy in which each class counts the same. Classes
 * that only yPred has are left out, with a warning, as in scikit-learn.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
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
