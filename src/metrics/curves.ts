import { SteepestError } from '../core/errors.js';
import {
  type Label,
  type LabelInput,
  readLabels,
  readValues,
  readWeights,
  sameRows,
  uniqueLabels,
  type ValueInput,
  type WeightOption,
  warnUndefined,
} from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';
import { refusePosLabel, usualPositive } from './positiveClass.js';

/** Options of `precisionRecallCurve` and `rocCurve`. */
export interface CurveOptions extends WeightOption {
  /** The positive class. Optional if the classes are the numbers 0/1 or −1/1, or booleans. */
  posLabel?: Label;
  /**
   * Drop points that do not change the curve. Default: true for `rocCurve`, false for
   * `precisionRecallCurve`.
   */
  dropIntermediate?: boolean;
}

const CURVE_KEYS = ['posLabel', 'dropIntermediate'];

/** The points of a ROC curve, as `rocCurve` returns them. */
export interface RocCurve {
  /** Share of negative samples that score at least the threshold, ascending from 0. */
  fpr: Float64Array;
  /** Share of positive samples that score at least the threshold, ascending from 0. */
  tpr: Float64Array;
  /** Descending. The first threshold is Infinity, which no score reaches. */
  thresholds: Float64Array;
}

/** The points of a precision-recall curve, as `precisionRecallCurve` returns them. */
export interface PrecisionRecallCurve {
  /** Precision at each threshold, followed by 1. */
  precision: Float64Array;
  /** Recall at each threshold, descending, followed by 0. */
  recall: Float64Array;
  /** Ascending. */
  thresholds: Float64Array;
}

/** Total weight of the samples that score at least each threshold, with descending thresholds. */
interface Cumulative {
  falsePositive: Float64Array;
  truePositive: Float64Array;
  thresholds: Float64Array;
}

/** Whether each sample is positive, with its score and weight. */
export interface BinaryScores {
  positive: ArrayLike<boolean>;
  scores: ArrayLike<number>;
  weights: Float64Array;
}

/** One score per sample. @throws SteepestError `ERR_SHAPE` */
export function readScores(yScore: ValueInput, rows: number): ArrayLike<number> {
  const { data, rows: given, cols } = readValues('yScore', yScore);
  if (cols !== 1) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'yScore with one score per sample, that of the positive class',
      given: `${cols} columns`,
      hint: 'Pass one column: for two classes the second of predictProba.',
    });
  }
  sameRows('yScore', given, rows);
  return data;
}

function readBinary(yTrue: LabelInput, yScore: ValueInput, options: CurveOptions): BinaryScores {
  const truth = readLabels('yTrue', yTrue);
  const scores = readScores(yScore, truth.length);
  const weights = readWeights(options.sampleWeight, truth.length);
  const positive = positiveClass(options.posLabel, uniqueLabels(truth));
  return { positive: truth.map((label) => label === positive), scores, weights };
}

function positiveClass(posLabel: Label | undefined, present: readonly Label[]): Label {
  if (posLabel === undefined) return usualPositive(present) ?? refusePosLabel(posLabel, present);
  return typeof posLabel === typeof present[0] ? posLabel : refusePosLabel(posLabel, present);
}

/**
 * Cumulative weights from the highest score down, one entry per distinct score. Samples of weight 0
 * are ignored.
 */
function cumulate({ positive, scores, weights }: BinaryScores): Cumulative {
  const distinct = distinctScores(scores, weights);
  const count = distinct.length;
  const falseWeight = new Float64Array(count);
  const trueWeight = new Float64Array(count);
  for (let i = 0; i < scores.length; i++) {
    if (weights[i] === 0) continue;
    const at = count - 1 - indexOf(distinct, scores[i]);
    if (positive[i]) trueWeight[at] += weights[i];
    else falseWeight[at] += weights[i];
  }
  for (let i = 1; i < count; i++) {
    falseWeight[i] += falseWeight[i - 1];
    trueWeight[i] += trueWeight[i - 1];
  }
  return { falsePositive: falseWeight, truePositive: trueWeight, thresholds: distinct.reverse() };
}

/**
 * Distinct scores of the samples with nonzero weight, ascending. Sorting numbers is ten times as
 * fast as sorting indices.
 */
function distinctScores(scores: ArrayLike<number>, weights: Float64Array): Float64Array {
  const kept = new Float64Array(scores.length);
  let count = 0;
  // −0 and 0 are the same score.
  for (let i = 0; i < scores.length; i++) if (weights[i] > 0) kept[count++] = scores[i] + 0;
  const sorted = kept.subarray(0, count).sort();
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) kept[distinct++] = sorted[i];
  }
  return kept.slice(0, distinct);
}

/** Index of a value in a sorted array that contains it. */
function indexOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function select(curve: Cumulative, keep: (i: number) => boolean): Cumulative {
  const last = curve.thresholds.length - 1;
  const kept = new Uint32Array(last + 1);
  let count = 0;
  for (let i = 0; i <= last; i++) if (i === 0 || i === last || keep(i)) kept[count++] = i;
  const pick = (values: Float64Array): Float64Array => {
    const picked = new Float64Array(count);
    for (let k = 0; k < count; k++) picked[k] = values[kept[k]];
    return picked;
  };
  return {
    falsePositive: pick(curve.falsePositive),
    truePositive: pick(curve.truePositive),
    thresholds: pick(curve.thresholds),
  };
}

/** True if the path of values turns at i. */
const turns = (values: Float64Array, i: number): boolean =>
  values[i + 1] - values[i] !== values[i] - values[i - 1];

/** Values divided by the last one, preceded by 0. */
function shares(values: Float64Array, name: string): Float64Array {
  const result = new Float64Array(values.length + 1);
  const total = values[values.length - 1];
  if (total > 0) {
    for (let i = 0; i < values.length; i++) result[i + 1] = values[i] / total;
    return result;
  }
  warnUndefined(`rocCurve: no ${name} samples in yTrue, so their rate is not defined.`);
  return result.fill(Number.NaN);
}

/** A copy of an array with one number prepended. */
function before(first: number, values: Float64Array): Float64Array {
  const result = new Float64Array(values.length + 1);
  result[0] = first;
  result.set(values, 1);
  return result;
}

/** The ROC curve of binary scores. */
export function rocOf(binary: BinaryScores, dropIntermediate: boolean): RocCurve {
  let curve = cumulate(binary);
  if (dropIntermediate && curve.thresholds.length > 2) {
    const { falsePositive, truePositive } = curve;
    curve = select(curve, (i) => turns(falsePositive, i) || turns(truePositive, i));
  }
  return {
    fpr: shares(curve.falsePositive, 'negative'),
    tpr: shares(curve.truePositive, 'positive'),
    thresholds: before(Number.POSITIVE_INFINITY, curve.thresholds),
  };
}

/**
 * Receiver operating characteristic: true and false positive rates at each threshold, as in
 * scikit-learn's `roc_curve`. Without positive samples, the true positive rate is NaN, with a
 * warning. The same holds for negative samples and the false positive rate.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * const { fpr, tpr, thresholds } = metrics.rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * console.log(fpr.join(' '), '|', tpr.join(' '), '|', thresholds.join(' '));
 * // 0 0 0.5 0.5 1 | 0 0.5 0.5 1 1 | Infinity 0.8 0.4 0.35 0.1
 * ```
 */
export function rocCurve(yTrue: LabelInput, yScore: ValueInput, options: CurveOptions = {}): RocCurve {
  checkScoreOptions('rocCurve', options, CURVE_KEYS);
  const drop = readFlag('dropIntermediate', options.dropIntermediate, true);
  return rocOf(readBinary(yTrue, yScore, options), drop);
}

/** The precision-recall curve of binary scores. */
export function precisionRecallOf(binary: BinaryScores, dropIntermediate: boolean): PrecisionRecallCurve {
  let curve = cumulate(binary);
  if (dropIntermediate && curve.thresholds.length > 2) {
    const tp = curve.truePositive;
    curve = select(curve, (i) => tp[i] !== tp[i - 1] || tp[i] !== tp[i + 1]);
  }
  const { falsePositive, truePositive, thresholds } = curve;
  const positives = truePositive[truePositive.length - 1];
  if (positives === 0) {
    warnUndefined('precisionRecallCurve: no positive samples in yTrue, recall is set to 1.');
  }
  const precision = truePositive.map((tp, i) => tp / (tp + falsePositive[i]));
  const recall = truePositive.map((tp) => (positives === 0 ? 1 : tp / positives));
  return {
    precision: before(1, precision).reverse(),
    recall: before(0, recall).reverse(),
    thresholds: thresholds.reverse(),
  };
}

/**
 * Precision and recall at each threshold, as in scikit-learn's `precision_recall_curve`.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * const curve = metrics.precisionRecallCurve([0, 1, 1], [0.2, 0.5, 0.9]);
 * console.log(curve.recall.join(' '), '|', curve.thresholds.join(' '));
 * // 1 1 0.5 0 | 0.2 0.5 0.9
 * ```
 */
export function precisionRecallCurve(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  checkScoreOptions('precisionRecallCurve', options, CURVE_KEYS);
  const drop = readFlag('dropIntermediate', options.dropIntermediate, false);
  return precisionRecallOf(readBinary(yTrue, yScore, options), drop);
}
