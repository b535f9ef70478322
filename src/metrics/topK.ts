import { checkInteger } from '../core/check.js';
import { SteepestError } from '../core/errors.js';
import { readClasses } from './areas.js';
import {
  type Label,
  type LabelInput,
  readLabels,
  readValues,
  readWeights,
  sameRows,
  showLabel,
  uniqueLabels,
  type ValueInput,
  type WeightOption,
  warnUndefined,
} from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';

/** Options of `topKAccuracyScore`. */
export interface TopKOptions extends WeightOption {
  /** How many guesses are allowed. Default 2. */
  k?: number;
  /** Return the share of hits (default), or with `false` their weighted count. */
  normalize?: boolean;
  /**
   * The classes of the columns in ascending order. Required if yTrue does not contain all of them.
   */
  labels?: LabelInput;
}

/**
 * Share of samples whose class is among the k with the highest scores. Of equal scores, that of the
 * later column counts as higher, as in scikit-learn. If k is the number of classes or more, every
 * sample is a hit, with a warning.
 *
 * @param yScore one column per class in ascending order; for two classes one score per sample, that
 * of the second class: above 0.5 if all scores are between 0 and 1, above 0 otherwise, it comes
 * first
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // In two rows of three, the class is among the two that score most.
 * const scores = [[0.5, 0.3, 0.2], [0.3, 0.2, 0.5], [0.6, 0.3, 0.1]];
 * console.log(metrics.topKAccuracyScore([1, 0, 2], scores, { k: 2 }).toFixed(3)); // 0.667
 * ```
 */
export function topKAccuracyScore(yTrue: LabelInput, yScore: ValueInput, options: TopKOptions = {}): number {
  checkScoreOptions('topKAccuracyScore', options, ['k', 'normalize', 'labels']);
  const k = checkInteger('k', options.k ?? 2);
  const normalize = readFlag('normalize', options.normalize, true);
  const truth = readLabels('yTrue', yTrue);
  const { data, rows, cols } = readValues('yScore', yScore);
  sameRows('yScore', rows, truth.length);
  const weights = readWeights(options.sampleWeight, rows);
  const columns = Math.max(cols, 2);
  const classes = readClasses(truth, uniqueLabels(truth), options.labels, columns);
  if (classes.length === 2 && cols > 1) refuseTwoColumns(classes, cols);
  if (k >= classes.length) {
    warnUndefined(`topKAccuracyScore: every sample is a hit, as k is ${k} of ${classes.length} classes.`);
  }
  const index = new Map(classes.map((label, c) => [label, c]));
  const threshold = Array.prototype.every.call(data, (v: number) => v >= 0 && v <= 1) ? 1 / 2 : 0;
  const isHit = (i: number): boolean => {
    const own = index.get(truth[i])!;
    if (cols === 1) return k > 1 || (data[i] > threshold ? 1 : 0) === own;
    let before = 0;
    for (let c = 0; c < cols; c++) {
      const difference = data[i * cols + c] - data[i * cols + own];
      if (difference > 0 || (difference === 0 && c > own)) before++;
    }
    return before < k;
  };
  let hits = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    total += weights[i];
    if (isHit(i)) hits += weights[i];
  }
  return normalize ? hits / total : hits;
}

function refuseTwoColumns(classes: readonly Label[], cols: number): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `one score per sample for the two classes ${classes.map(showLabel).join(' and ')}`,
    given: `${cols} columns`,
    hint: 'Pass the second column.',
  });
}
