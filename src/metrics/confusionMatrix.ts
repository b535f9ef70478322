import { type Align, alignColumns } from '../core/alignColumns.js';
import { SteepestError } from '../core/errors.js';
import type { NdArray } from '../core/ndarray.js';
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
} from './inputs.js';
import { checkScoreOptions } from './options.js';

/** Options of `confusionMatrix`. */
export interface ConfusionMatrixOptions extends WeightOption {
  /**
   * The classes to include, in this order. Samples of other classes are ignored. Default: all
   * classes that occur, in ascending order.
   */
  labels?: LabelInput;
  /** Divide by row sums (`true`), column sums (`pred`) or the total. */
  normalize?: 'true' | 'pred' | 'all';
}

/**
 * Counts of samples (or shares, or sums of weights) by true class (rows) and predicted class
 * (columns).
 */
export interface ConfusionMatrix extends NdArray<Float64Array> {
  /** The class of each row and column. */
  labels: readonly Label[];
  /** The matrix as a text table. */
  toString(): string;
}

/** Decimal places of shares in the printed table. */
const SHARE_DIGITS = 3;

/**
 * Element (i, j) is how often class i was predicted as class j, as in scikit-learn's
 * `confusion_matrix`.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT` (no class of `labels` occurs in
 * yTrue)
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * const matrix = metrics.confusionMatrix(['cat', 'dog', 'dog'], ['cat', 'dog', 'cat']);
 * console.log(String(matrix));
 * // true \ predicted  cat  dog
 * // ────────────────  ───  ───
 * // cat                 1    0
 * // dog                 1    1
 * ```
 */
export function confusionMatrix(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  checkScoreOptions('confusionMatrix', options, ['labels', 'normalize']);
  const { truth, guess } = readPair(yTrue, yPred);
  const weights = readWeights(options.sampleWeight, truth.length);
  const labels =
    options.labels === undefined ? uniqueLabels(truth, guess) : readLabelOption(options.labels, truth);
  if (options.normalize !== undefined) oneOf('normalize', options.normalize, ['true', 'pred', 'all']);
  const index = new Map(labels.map((label, i) => [label, i]));
  if (!truth.some((label) => index.has(label))) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'at least one class of labels to occur in yTrue',
      given: labels.map(showLabel).join(', '),
      hint: 'Name the classes as yTrue does.',
    });
  }
  const k = labels.length;
  const data = new Float64Array(k * k);
  truth.forEach((label, s) => {
    const row = index.get(label);
    const col = index.get(guess[s]);
    if (row !== undefined && col !== undefined) data[row * k + col] += weights[s];
  });
  if (options.normalize !== undefined) normalise(data, k, options.normalize);
  const digits = options.normalize === undefined ? undefined : SHARE_DIGITS;
  return { data, shape: [k, k], labels, toString: () => print(data, labels, digits) };
}

function normalise(data: Float64Array, k: number, by: 'true' | 'pred' | 'all'): void {
  const sums = new Float64Array(k);
  const groupOf = (i: number): number => (by === 'all' ? 0 : by === 'true' ? Math.floor(i / k) : i % k);
  data.forEach((value, i) => {
    sums[groupOf(i)] += value;
  });
  for (let i = 0; i < data.length; i++) {
    const sum = sums[groupOf(i)];
    data[i] = sum === 0 ? 0 : data[i] / sum;
  }
}

function print(data: Float64Array, labels: readonly Label[], digits: number | undefined): string {
  const show = (value: number): string => (digits === undefined ? String(value) : value.toFixed(digits));
  const rows = labels.map((label, i) => [
    String(label),
    ...labels.map((_, j) => show(data[i * labels.length + j])),
  ]);
  const align: Align[] = ['left', ...labels.map((): Align => 'right')];
  return alignColumns(['true \\ predicted', ...labels.map(String)], rows, align);
}
