import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  type Label,
  type LabelInput,
  readLabels,
  readValues,
  sameRows,
  showLabel,
  tooFewSamples,
  uniqueLabels,
  type ValueInput,
} from './inputs.js';
import { checkScoreOptions } from './options.js';
import { weightedMean } from './outputs.js';
import { isOneOf, refusePosLabel, usualPositive } from './positiveClass.js';
import {
  classShares,
  type Probabilities,
  type ProbabilityOptions,
  readProbabilities,
} from './probabilities.js';

/** Options of `d2BrierScore`. */
export interface D2BrierOptions extends ProbabilityOptions {
  /**
   * The class whose probability yProba has, if it has one column. Optional for numbers (the greater
   * one) and booleans (true).
   */
  posLabel?: Label;
}

/** Options of `brierScoreLoss`. */
export interface BrierOptions extends D2BrierOptions {
  /**
   * Divide by 2, so that the score is between 0 and 1 rather than 2. Default 'auto': for two
   * classes only, as is usual.
   */
  scaleByHalf?: boolean | 'auto';
}

/**
 * Brier score: the mean over samples of Σ (y − p)² over classes, where y is 1 for the true class
 * and 0 for others; for two classes half of it, (y − p)² of the positive class (Brier 1950). Lower
 * is better.
 *
 * @param yProba one probability per sample, that of the positive class, or one column per class in
 * ascending order. Rows that do not add up to 1 cause a warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE`,
 *   `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // The mean of 0.1², 0.2² and 0.5².
 * console.log(metrics.brierScoreLoss([1, 0, 1], [0.9, 0.2, 0.5]).toFixed(2)); // 0.10
 * ```
 */
export function brierScoreLoss(yTrue: LabelInput, yProba: ValueInput, options: BrierOptions = {}): number {
  checkScoreOptions('brierScoreLoss', options, ['labels', 'posLabel', 'scaleByHalf']);
  const { scaleByHalf = 'auto' } = options;
  if (typeof scaleByHalf !== 'boolean' && scaleByHalf !== 'auto') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: "scaleByHalf to be true, false or 'auto'",
      given: show(scaleByHalf),
      hint: 'Leave it out for the usual definition.',
    });
  }
  const given = readBrier('brierScoreLoss', yTrue, yProba, options);
  const score = meanSquares(given, given.at);
  return (scaleByHalf === 'auto' ? given.classes < 3 : scaleByHalf) ? score / 2 : score;
}

/**
 * The share of the Brier score that predictions save, compared with the shares of the classes in
 * yTrue (Brier skill score). With fewer than two samples the result is NaN, with a warning.
 * @throws SteepestError as {@link brierScoreLoss}
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // 0 is what the shares of the classes score.
 * console.log(metrics.d2BrierScore([0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8]).toFixed(2)); // 0.90
 * ```
 */
export function d2BrierScore(yTrue: LabelInput, yProba: ValueInput, options: D2BrierOptions = {}): number {
  checkScoreOptions('d2BrierScore', options, ['labels', 'posLabel']);
  const given = readBrier('d2BrierScore', yTrue, yProba, options);
  if (given.rows < 2) return tooFewSamples('d2BrierScore', 'D²');
  const shares = classShares(given);
  return 1 - meanSquares(given, given.at) / meanSquares(given, (_, c) => shares[c]);
}

function meanSquares(
  { codes, classes, weights }: Probabilities,
  at: (i: number, c: number) => number,
): number {
  return weightedMean(weights, (i) => {
    let squares = 0;
    for (let c = 0; c < classes; c++) squares += ((c === codes[i] ? 1 : 0) - at(i, c)) ** 2;
    return squares;
  });
}

/** One column speaks of the positive class; the labels of several are those of its columns. */
function readBrier(
  score: string,
  yTrue: LabelInput,
  yProba: ValueInput,
  { labels, posLabel, sampleWeight }: D2BrierOptions,
): Probabilities {
  const proba = readValues('yProba', yProba);
  if (proba.cols > 1) {
    if (posLabel === undefined) return readProbabilities(score, yTrue, yProba, { labels, sampleWeight });
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'no posLabel where yProba has a column for each class',
      given: showLabel(posLabel),
      hint: 'Leave it out, or pass the column of that class alone.',
    });
  }
  const truth = readLabels('yTrue', yTrue);
  sameRows('yProba', proba.rows, truth.length);
  const present = uniqueLabels(truth, labels === undefined ? [] : readLabels('labels', labels));
  const positive = positiveOf(posLabel, present);
  const codes = truth.map((label) => (label === positive ? 1 : 0));
  return readProbabilities(score, codes, yProba, { labels: [0, 1], sampleWeight });
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for more than two classes, or none that counts as positive
 */
function positiveOf(posLabel: Label | undefined, present: readonly Label[]): Label {
  if (present.length > 2) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'two classes where yProba has one column',
      given: `${present.length}: ${present.map(showLabel).join(', ')}`,
      hint: 'Pass one column for each class.',
    });
  }
  if (posLabel === undefined) {
    const positive = usualPositive(present) ?? present[present.length - 1];
    if (typeof positive !== 'string') return positive;
  } else if (isOneOf(posLabel, present)) return posLabel;
  return refusePosLabel(posLabel, present, 'Set posLabel to the class whose probability yProba has.');
}
