import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import { type BinaryScores, precisionRecallOf, readScores, rocOf } from './curves.js';
import {
  type Label,
  type LabelInput,
  oneOf,
  readLabelOption,
  readLabels,
  readValues,
  readWeights,
  sameRows,
  showLabel,
  uniqueLabels,
  type ValueInput,
  type Values,
  type WeightOption,
  warnUndefined,
} from './inputs.js';
import { checkScoreOptions } from './options.js';

/** How to average the areas of the classes. `null` returns one area per class. */
export type AreaAverage = 'micro' | 'macro' | 'weighted' | null;

/** Options of `rocAucScore`. */
export interface RocAucOptions extends WeightOption {
  /**
   * Required for more than two classes: each class against the rest ('ovr') or each pair of classes
   * ('ovo', Hand & Till 2001).
   */
  multiClass?: 'raise' | 'ovr' | 'ovo';
  /** Default 'macro'. Only for more than two classes. */
  average?: AreaAverage;
  /**
   * Compute the area only up to this false positive rate, standardised as in McClish (1989). Only
   * for two classes.
   */
  maxFpr?: number;
  /**
   * The class of each column of yScore. By default the classes of yTrue in ascending order. Only
   * for more than two classes.
   */
  labels?: LabelInput;
}

/** Options of `averagePrecisionScore`. */
export interface AveragePrecisionOptions extends WeightOption {
  /** Default 'macro'. Only for more than two classes. */
  average?: AreaAverage;
  /** The positive class of two. Default 1, or true for booleans. */
  posLabel?: Label;
}

/** Tolerance for the sum of a sample's scores: |Σ − 1| ≤ 1e-8 + 1e-5. */
const SUM_TOLERANCE = 1.001e-5;

/** Area under a curve by the trapezoidal rule. */
function trapezoids(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  return area;
}

function binaryAuc(binary: BinaryScores, maxFpr?: number): number {
  const some = Array.prototype.some.call(binary.positive, (value: boolean) => value);
  const all = Array.prototype.every.call(binary.positive, (value: boolean) => value);
  if (!some || all) {
    warnUndefined('rocAucScore: only one class is present in yTrue, so the area is not defined.');
    return Number.NaN;
  }
  const { fpr, tpr } = rocOf(binary, true);
  if (maxFpr === undefined || maxFpr === 1) return trapezoids(fpr, tpr);
  let stop = fpr.findIndex((value) => value > maxFpr);
  if (stop < 0) stop = fpr.length - 1;
  const share = (maxFpr - fpr[stop - 1]) / (fpr[stop] - fpr[stop - 1]);
  const y = tpr[stop - 1] + share * (tpr[stop] - tpr[stop - 1]);
  const area = trapezoids([...fpr.subarray(0, stop), maxFpr], [...tpr.subarray(0, stop), y]);
  const least = maxFpr ** 2 / 2;
  return 0.5 * (1 + (area - least) / (maxFpr - least));
}

function binaryAveragePrecision(binary: BinaryScores): number {
  const { precision, recall } = precisionRecallOf(binary, false);
  let sum = 0;
  for (let i = 0; i + 1 < recall.length; i++) sum += (recall[i] - recall[i + 1]) * precision[i];
  return Math.max(0, sum);
}

/**
 * Area under the ROC curve: the probability that a positive sample scores above a negative one.
 *
 * For two classes, yScore has one score per sample: that of the second class in ascending order.
 * For more classes, it has one column per class, each row must add up to 1, and `multiClass` is
 * required. If only one class occurs, the result is NaN, with a warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])); // 0.75
 * ```
 */
export function rocAucScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: RocAucOptions & { average: null },
): number | Float64Array;
export function rocAucScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options?: RocAucOptions & { average?: Exclude<AreaAverage, null> },
): number;
export function rocAucScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: RocAucOptions = {},
): number | Float64Array {
  checkScoreOptions('rocAucScore', options, ['multiClass', 'average', 'maxFpr', 'labels']);
  const { maxFpr, sampleWeight, multiClass = 'raise', average = 'macro' } = options;
  oneOf('multiClass', multiClass, ['raise', 'ovr', 'ovo']);
  oneOf('average', average, ['micro', 'macro', 'weighted', null]);
  if (maxFpr !== undefined && !(typeof maxFpr === 'number' && maxFpr > 0 && maxFpr <= 1)) {
    argument('maxFpr above 0 and at most 1', show(maxFpr), 'Leave it out for the whole area.');
  }
  const truth = readLabels('yTrue', yTrue);
  const scores = readValues('yScore', yScore);
  const present = uniqueLabels(truth);
  if (present.length > 2 || scores.cols > 2) return multiclassAuc(truth, scores, present, options);
  if (options.labels !== undefined) readLabelOption(options.labels, truth);
  const binary: BinaryScores = {
    scores: readScores(yScore, truth.length),
    weights: readWeights(sampleWeight, truth.length),
    // With only one class, the area is undefined.
    positive: truth.map((label) => label === present[1]),
  };
  return binaryAuc(binary, maxFpr);
}

function argument(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

function multiclassAuc(
  truth: readonly Label[],
  scores: Values,
  present: readonly Label[],
  options: RocAucOptions,
): number | Float64Array {
  const { maxFpr, sampleWeight, multiClass = 'raise', average = 'macro' } = options;
  if (maxFpr !== undefined && maxFpr !== 1) {
    argument('no maxFpr with more than two classes', String(maxFpr), 'Leave it out.');
  }
  if (oneOf('multiClass', multiClass, ['raise', 'ovr', 'ovo']) === 'raise') {
    argument(
      "multiClass 'ovr' or 'ovo' for more than two classes",
      'neither',
      'Choose whether classes are compared with the rest or in pairs.',
    );
  }
  oneOf('average', average, ['micro', 'macro', 'weighted', null]);
  sameRows('yScore', scores.rows, truth.length);
  const classes = readClasses(truth, present, options.labels, scores.cols);
  rowsSumToOne(scores);
  if (multiClass === 'ovr') {
    return averageAreas(truth, scores, classes, { average, sampleWeight }, (binary) => binaryAuc(binary));
  }
  if (average === 'micro' || average === null) {
    argument("average 'macro' or 'weighted' with 'ovo'", String(average), "Use 'ovr' for other averages.");
  }
  if (sampleWeight !== undefined) {
    argument("no sampleWeight with multiClass 'ovo'", 'sampleWeight', "Use 'ovr' with weights.");
  }
  return pairwiseAuc(truth, scores, classes, present, average === 'weighted');
}

/** The classes of the columns. @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT` */
export function readClasses(
  truth: readonly Label[],
  present: readonly Label[],
  labels: LabelInput | undefined,
  cols: number,
): readonly Label[] {
  const classes = labels === undefined ? present : readLabelOption(labels, truth);
  if (classes.length !== cols) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `yScore with ${classes.length} columns, one per class`,
      given: `${cols}`,
      hint: 'Set labels to the classes of the columns if yTrue does not hold all of them.',
    });
  }
  const ordered = uniqueLabels(classes);
  if (classes.some((label, i) => label !== ordered[i])) {
    argument('labels in order', classes.map(showLabel).join(', '), 'Sort them, and the columns of yScore.');
  }
  const unknown = present.find((label) => !classes.includes(label));
  if (unknown !== undefined) argument('labels to name every class of yTrue', showLabel(unknown), 'Add it.');
  return classes;
}

function rowsSumToOne({ data, rows, cols }: Values): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j];
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      argument('probabilities that add up to 1 over the classes', `${sum} at row ${i}`, 'Use predictProba.');
    }
  }
}

/** One area per class against the rest, and their average. */
function averageAreas(
  truth: readonly Label[],
  { data, cols }: Values,
  classes: readonly Label[],
  { average, sampleWeight }: { average: AreaAverage } & WeightOption,
  area: (binary: BinaryScores) => number,
): number | Float64Array {
  const weights = readWeights(sampleWeight, truth.length);
  if (average === 'micro') {
    return area({
      scores: data,
      positive: Array.from(
        { length: data.length },
        (_, i) => truth[Math.floor(i / cols)] === classes[i % cols],
      ),
      weights: Float64Array.from({ length: data.length }, (_, i) => weights[Math.floor(i / cols)]),
    });
  }
  const support = classes.map(() => 0);
  const areas = Float64Array.from(classes, (label, c) => {
    const positive = truth.map((other, i) => {
      if (other !== label) return false;
      support[c] += weights[i];
      return true;
    });
    return area({ positive, scores: truth.map((_, i) => data[i * cols + c]), weights });
  });
  if (average === null) return areas;
  if (average === 'macro') return areas.reduce((sum, value) => sum + value, 0) / classes.length;
  const total = support.reduce((sum, value) => sum + value, 0);
  // A class that does not occur has no weight. Its area is NaN and must not enter the sum.
  return areas.reduce((sum, value, c) => (support[c] === 0 ? sum : sum + value * support[c]), 0) / total;
}

/**
 * Mean over pairs of classes. Each pair gives two areas, one with each class as the positive one.
 */
function pairwiseAuc(
  truth: readonly Label[],
  { data, cols }: Values,
  classes: readonly Label[],
  present: readonly Label[],
  weighted: boolean,
): number {
  let sum = 0;
  let total = 0;
  present.forEach((a, i) => {
    for (const b of present.slice(i + 1)) {
      const rows = truth.flatMap((label, s) => (label === a || label === b ? [s] : []));
      const weights = new Float64Array(rows.length).fill(1);
      const [first, second] = [a, b].map((label) => {
        const c = classes.indexOf(label);
        const positive = rows.map((s) => truth[s] === label);
        return binaryAuc({ positive, scores: rows.map((s) => data[s * cols + c]), weights });
      });
      const weight = weighted ? rows.length / truth.length : 1;
      sum += (weight * (first + second)) / 2;
      total += weight;
    }
  });
  return sum / total;
}

/**
 * Average precision: Σ (recallₙ − recallₙ₋₁) · precisionₙ over the thresholds, without
 * interpolation. For more than two classes, yScore has one column per class.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).toFixed(3));
 * // 0.833
 * ```
 */
export function averagePrecisionScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: AveragePrecisionOptions & { average: null },
): number | Float64Array;
export function averagePrecisionScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options?: AveragePrecisionOptions & { average?: Exclude<AreaAverage, null> },
): number;
export function averagePrecisionScore(
  yTrue: LabelInput,
  yScore: ValueInput,
  options: AveragePrecisionOptions = {},
): number | Float64Array {
  checkScoreOptions('averagePrecisionScore', options, ['average', 'posLabel']);
  const { average = 'macro', posLabel, sampleWeight } = options;
  oneOf('average', average, ['micro', 'macro', 'weighted', null]);
  const truth = readLabels('yTrue', yTrue);
  const present = uniqueLabels(truth);
  if (present.length > 2) {
    if (posLabel !== undefined) {
      argument('no posLabel with more than two classes', showLabel(posLabel), 'Leave it out.');
    }
    const scores = readValues('yScore', yScore);
    sameRows('yScore', scores.rows, truth.length);
    const classes = readClasses(truth, present, undefined, scores.cols);
    return averageAreas(truth, scores, classes, { average, sampleWeight }, binaryAveragePrecision);
  }
  const positive = posLabel === undefined ? (typeof present[0] === 'boolean' ? true : 1) : posLabel;
  if (typeof positive !== typeof present[0] || (present.length === 2 && !present.includes(positive))) {
    argument(
      `posLabel to be one of the classes ${present.map(showLabel).join(', ')}`,
      posLabel === undefined ? `none (${showLabel(positive)} is taken then)` : showLabel(posLabel),
      'Set posLabel to the class that counts as positive.',
    );
  }
  return binaryAveragePrecision({
    positive: truth.map((label) => label === positive),
    scores: readScores(yScore, truth.length),
    weights: readWeights(sampleWeight, truth.length),
  });
}
