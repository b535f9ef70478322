import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  type Label,
  type LabelInput,
  oneOf,
  readLabelOption,
  readPair,
  readWeights,
  showLabel,
  uniqueLabels,
  type WeightOption,
  warnUndefined,
} from './inputs.js';
import { checkScoreOptions } from './options.js';

/** How to average the scores of the classes. `null` returns one score per class. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted' | null;

/**
 * The result of a division by zero. 'warn' gives 0 with a warning.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // Nothing was said to be 1: by default that is 0, with a warning.
 * const zeroDivision: metrics.ZeroDivision = 1;
 * console.log(metrics.precisionScore([1, 0], [0, 0], { zeroDivision })); // 1
 * ```
 */
export type ZeroDivision = 'warn' | number;

/** Options of `f1Score`, `precisionScore` and `recallScore`. */
export interface PrecisionRecallOptions extends WeightOption {
  /**
   * The classes to score, in this order. Default: all that occur. The average 'binary' ignores this
   * option.
   */
  labels?: LabelInput;
  /** The positive class for 'binary'. Default 1, or true for booleans. */
  posLabel?: Label;
  /** Default 'binary'. */
  average?: Average;
  /**
   * The result (0, 1 or NaN) for a class without predicted (or true) samples. Default 'warn': 0
   * with a warning.
   */
  zeroDivision?: ZeroDivision;
}

/** Sums of weights of one class. */
interface ClassCounts {
  truePositive: number;
  predicted: number;
  actual: number;
}

type Ratio = 'precision' | 'recall' | 'f1';

const AVERAGES: readonly Average[] = ['binary', 'micro', 'macro', 'weighted', null];

/**
 * The share of samples predicted as a class that belong to it: TP / (TP + FP).
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // Of three that were said to be 1, two are.
 * console.log(metrics.precisionScore([1, 0, 1, 1], [1, 1, 1, 0]).toFixed(3)); // 0.667
 * console.log(metrics.precisionScore(['a', 'b'], ['a', 'b'], { average: 'macro' })); // 1
 * ```
 */
export function precisionScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions & { average: null },
): Float64Array;
export function precisionScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options?: PrecisionRecallOptions & { average?: Exclude<Average, null> },
): number;
export function precisionScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions = {},
): number | Float64Array {
  return classScore('precision', yTrue, yPred, options);
}

/**
 * The share of a class's samples that were predicted as it: TP / (TP + FN).
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // Of four that are 1, two were found.
 * console.log(metrics.recallScore([1, 1, 1, 1, 0], [1, 1, 0, 0, 0])); // 0.5
 * ```
 */
export function recallScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions & { average: null },
): Float64Array;
export function recallScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options?: PrecisionRecallOptions & { average?: Exclude<Average, null> },
): number;
export function recallScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions = {},
): number | Float64Array {
  return classScore('recall', yTrue, yPred, options);
}

/**
 * Harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN).
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.f1Score([1, 0, 1, 1], [1, 1, 1, 0]).toFixed(3)); // 0.667
 * console.log(metrics.f1Score(['a', 'b'], ['a', 'a'], { average: null }));
 * // Float64Array(2) [ 0.6666666666666666, 0 ]
 * ```
 */
export function f1Score(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions & { average: null },
): Float64Array;
export function f1Score(
  yTrue: LabelInput,
  yPred: LabelInput,
  options?: PrecisionRecallOptions & { average?: Exclude<Average, null> },
): number;
export function f1Score(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions = {},
): number | Float64Array {
  return classScore('f1', yTrue, yPred, options);
}

/** Checks the zeroDivision option. @throws SteepestError `ERR_ARGUMENT` */
export function readZeroDivision(value: ZeroDivision = 'warn'): ZeroDivision {
  if (value === 'warn' || value === 0 || value === 1 || Number.isNaN(value)) return value;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: "zeroDivision to be 'warn', 0, 1 or NaN",
    given: show(value),
    hint: 'Use one of these.',
  });
}

function classScore(
  ratio: Ratio,
  yTrue: LabelInput,
  yPred: LabelInput,
  options: PrecisionRecallOptions,
): number | Float64Array {
  checkScoreOptions(`${ratio}Score`, options, ['labels', 'posLabel', 'average', 'zeroDivision']);
  const average = oneOf('average', options.average === undefined ? 'binary' : options.average, AVERAGES);
  const zeroDivision = readZeroDivision(options.zeroDivision);
  const { truth, guess } = readPair(yTrue, yPred);
  const weights = readWeights(options.sampleWeight, truth.length);
  const present = uniqueLabels(truth, guess);
  const named = options.labels === undefined ? present : readLabelOption(options.labels, truth);
  const labels = average === 'binary' ? [positiveClass(options.posLabel, present)] : named;
  const counts = countClasses(truth, guess, weights, labels);
  const scores = ratios(ratio, average === 'micro' ? [sumCounts(counts)] : counts, zeroDivision);
  if (average === null) return scores;
  return averageOf(scores, average === 'weighted' ? counts.map(({ actual }) => actual) : undefined);
}

function positiveClass(posLabel: Label | undefined, present: readonly Label[]): Label {
  if (present.length > 2) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: "at most two classes for average 'binary'",
      given: `${present.length} classes`,
      hint: "Set average to 'micro', 'macro', 'weighted' or null.",
    });
  }
  const positive = posLabel === undefined ? (typeof present[0] === 'boolean' ? true : 1) : posLabel;
  if (typeof positive !== typeof present[0] || (present.length === 2 && !present.includes(positive))) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `posLabel to be one of the classes ${present.map(showLabel).join(', ')}`,
      given: posLabel === undefined ? `none (${showLabel(positive)} is taken then)` : showLabel(posLabel),
      hint: 'Set posLabel to the class that counts as positive.',
    });
  }
  return positive;
}

/** Sums of weights for each class of `labels`. */
export function countClasses(
  truth: readonly Label[],
  guess: readonly Label[],
  weights: Float64Array,
  labels: readonly Label[],
): ClassCounts[] {
  const counts = labels.map(() => ({ truePositive: 0, predicted: 0, actual: 0 }));
  const byLabel = new Map(labels.map((label, i) => [label, counts[i]]));
  truth.forEach((label, i) => {
    const actual = byLabel.get(label);
    const predicted = byLabel.get(guess[i]);
    if (actual !== undefined) actual.actual += weights[i];
    if (predicted !== undefined) predicted.predicted += weights[i];
    if (actual !== undefined && actual === predicted) actual.truePositive += weights[i];
  });
  return counts;
}

export function sumCounts(counts: readonly ClassCounts[]): ClassCounts {
  const sum = { truePositive: 0, predicted: 0, actual: 0 };
  for (const one of counts) {
    sum.truePositive += one.truePositive;
    sum.predicted += one.predicted;
    sum.actual += one.actual;
  }
  return sum;
}

const FRACTIONS: Record<Ratio, (counts: ClassCounts) => [number, number]> = {
  precision: ({ truePositive, predicted }) => [truePositive, predicted],
  recall: ({ truePositive, actual }) => [truePositive, actual],
  f1: ({ truePositive, predicted, actual }) => [2 * truePositive, predicted + actual],
};

const MISSING: Record<Ratio, string> = {
  precision: 'no predicted samples',
  recall: 'no true samples',
  f1: 'no true nor predicted samples',
};

/** One ratio per entry. */
export function ratios(
  ratio: Ratio,
  counts: readonly ClassCounts[],
  zeroDivision: ZeroDivision,
): Float64Array {
  let undefinedOnes = 0;
  const scores = Float64Array.from(counts, (one) => {
    const [top, bottom] = FRACTIONS[ratio](one);
    if (bottom !== 0) return top / bottom;
    undefinedOnes++;
    return zeroDivision === 'warn' ? 0 : zeroDivision;
  });
  if (undefinedOnes > 0 && zeroDivision === 'warn') {
    const where = counts.length > 1 ? `${undefinedOnes} of ${counts.length} classes with` : 'as there are';
    warnUndefined(
      `${ratio} is not defined and set to 0: ${where} ${MISSING[ratio]}. zeroDivision chooses another value.`,
    );
  }
  return scores;
}

/**
 * Mean of the entries that are not NaN, unweighted if all weights are 0. NaN if all entries are.
 */
export function averageOf(scores: Float64Array, weights?: readonly number[]): number {
  let sum = 0;
  let total = 0;
  let plain = 0;
  let count = 0;
  scores.forEach((score, i) => {
    if (Number.isNaN(score)) return;
    const weight = weights?.[i] ?? 1;
    sum += weight * score;
    total += weight;
    plain += score;
    count++;
  });
  return total > 0 ? sum / total : plain / count;
}
