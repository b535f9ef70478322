/** Agreement of two classifications beyond what chance would give. */
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import { confusionMatrix } from './confusionMatrix.js';
import { type LabelInput, oneOf, readPair, readWeights, type WeightOption, warnUndefined } from './inputs.js';
import { checkScoreOptions } from './options.js';
import { relative } from './outputs.js';

/** Options of `matthewsCorrcoef`. */
export interface MatthewsOptions extends WeightOption {}

/** Options of `cohenKappaScore`. */
export interface CohenKappaOptions extends WeightOption {
  /** The classes to compare, in the order of the weights. Default: all that occur, ascending. */
  labels?: LabelInput;
  /**
   * How much a disagreement counts: all the same (default), or by the distance of the two classes
   * in the order of `labels`, or by its square.
   */
  weights?: 'linear' | 'quadratic' | null;
  /** The result where only one class occurs, from −1 to 1. Default NaN. */
  replaceUndefinedBy?: number;
}

/** Counts, and their sums by row and by column, in units of a power of two. */
function countsOf(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: WeightOption & { labels?: LabelInput },
): { counts: Float64Array; k: number; rows: Float64Array; cols: Float64Array; total: number } {
  const { truth, guess } = readPair(yTrue, yPred);
  // Sums of large weights, and products of four sums, would overflow.
  const sampleWeight = relative(readWeights(options.sampleWeight, truth.length));
  const { data: counts, labels } = confusionMatrix(truth, guess, { labels: options.labels, sampleWeight });
  const k = labels.length;
  const rows = new Float64Array(k);
  const cols = new Float64Array(k);
  counts.forEach((count, i) => {
    rows[Math.floor(i / k)] += count;
    cols[i % k] += count;
  });
  return { counts, k, rows, cols, total: cols.reduce((sum, count) => sum + count, 0) };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * Matthews correlation coefficient of true and predicted classes, for two classes or more (Gorodkin
 * 2004): 1 for a perfect prediction, 0 for guessing. Where yTrue or yPred has only one class, it is
 * 0.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.matthewsCorrcoef([1, 1, 0, 0], [1, 1, 0, 0])); // 1
 * console.log(metrics.matthewsCorrcoef([1, 1, 0, 0], [0, 0, 1, 1])); // -1
 * ```
 */
export function matthewsCorrcoef(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: MatthewsOptions = {},
): number {
  checkScoreOptions('matthewsCorrcoef', options, []);
  const { counts, k, rows, cols, total } = countsOf(yTrue, yPred, options);
  let right = 0;
  for (let c = 0; c < k; c++) right += counts[c * k + c];
  const both = right * total - dot(rows, cols);
  const spread = (total ** 2 - dot(cols, cols)) * (total ** 2 - dot(rows, rows));
  return spread === 0 ? 0 : both / Math.sqrt(spread);
}

/**
 * Cohen's kappa of two classifications (Cohen 1960, weights 1968): 1 for full agreement, 0 for what
 * chance gives. It does not matter which one is called true. Where only one class occurs, it is not
 * defined, with a warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // They agree on 3 of 4 where chance gives 2 of 4.
 * console.log(metrics.cohenKappaScore(['yes', 'yes', 'no', 'no'], ['yes', 'no', 'no', 'no']));
 * // 0.5
 * ```
 */
export function cohenKappaScore(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: CohenKappaOptions = {},
): number {
  checkScoreOptions('cohenKappaScore', options, ['labels', 'weights', 'replaceUndefinedBy']);
  const { labels, weights = null, sampleWeight, replaceUndefinedBy = Number.NaN } = options;
  oneOf('weights', weights, ['linear', 'quadratic', null]);
  if (typeof replaceUndefinedBy !== 'number' || Math.abs(replaceUndefinedBy) > 1) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'replaceUndefinedBy to be NaN or a number from -1 to 1',
      given: show(replaceUndefinedBy),
      hint: 'Leave it out for NaN.',
    });
  }
  const { counts, k, rows, cols, total } = countsOf(yTrue, yPred, { labels, sampleWeight });
  let observed = 0;
  let byChance = 0;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const distance = Math.abs(i - j);
      const cost = weights === null ? Math.min(distance, 1) : weights === 'linear' ? distance : distance ** 2;
      observed += cost * counts[i * k + j];
      if (total > 0) byChance += (cost * rows[i] * cols[j]) / total;
    }
  }
  if (byChance > 0) return 1 - observed / byChance;
  warnUndefined('cohenKappaScore: only one class occurs, so agreement beyond chance is not defined.');
  return replaceUndefinedBy;
}
