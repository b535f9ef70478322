/**
 * What the scores of numbers share: pairs of targets and predictions, one column per output, and
 * how the scores of the outputs become one.
 */
import { SteepestError } from '../core/errors.js';
import { exponentOf, powerOfTwo, timesPower } from '../core/powers.js';
import { countOf } from '../core/refuse.js';
import { show } from '../core/show.js';
import {
  oneOf,
  readValues,
  readWeights,
  sameRows,
  type ValueInput,
  type Values,
  type WeightOption,
} from './inputs.js';

/**
 * How to combine the scores of the outputs: their mean, all of them, or a mean with one weight per
 * output.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // The second target counts three times as much.
 * const multioutput: metrics.MultiOutput = [0.25, 0.75];
 * console.log(metrics.meanAbsoluteError([[1, 2]], [[1, 4]], { multioutput })); // 1.5
 * ```
 */
export type MultiOutput = 'uniformAverage' | 'rawValues' | readonly number[];

/** Options of scores that average errors over rows and targets. */
export interface RegressionScoreOptions extends WeightOption {
  /** Default 'uniformAverage'. */
  multioutput?: MultiOutput;
}

/** The option with which the result is an array. */
export type Raw = { multioutput: 'rawValues' };
/** The options with which the result is a number. */
export type Combined = { multioutput?: Exclude<MultiOutput, 'rawValues'> };

/** The score of one output. */
export interface Column {
  /** In units of 2^unit, like `guess`. */
  truth(i: number): number;
  guess(i: number): number;
  /** In units of a power of two. */
  weights: Float64Array;
  /** Nonzero only if squares, or sums of numbers, would exceed the range of float64. */
  unit: number;
}

/** Numbers within 2^±this are added and squared without scaling. */
const COMFORTABLE = 400;
/** Limits units to those with a reciprocal in float64. */
const MOST_UNIT = 1000;

const within = (exponent: number): number => Math.max(-MOST_UNIT, Math.min(MOST_UNIT, exponent));

/**
 * The unit for a column of targets and predictions: the exponent of the largest of them if it is
 * far from 0.
 */
function unitOf(values: Values, others: Values, c: number): number {
  let largest = 0;
  for (const { data, cols, rows } of [values, others]) {
    for (let i = 0; i < rows; i++) largest = Math.max(largest, Math.abs(data[i * cols + c]));
  }
  const exponent = exponentOf(largest);
  return Math.abs(exponent) <= COMFORTABLE ? 0 : within(exponent);
}

/**
 * Weights in units of a power of two. Only their ratios matter, and products with large weights
 * would overflow.
 */
export function relative(weights: Float64Array): Float64Array {
  const exponent = within(exponentOf(weights.reduce((most, w) => Math.max(most, w), 0)));
  return exponent === 0 ? weights : weights.map((w) => w * powerOfTwo(-exponent));
}

export function readPairs(
  yTrue: ValueInput,
  yPred: ValueInput,
  { sampleWeight }: WeightOption,
): { columns: Column[]; rows: number } {
  const truth = readValues('yTrue', yTrue);
  const guess = readValues('yPred', yPred);
  sameRows('yPred', guess.rows, truth.rows);
  if (truth.cols !== guess.cols) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `yPred with ${countOf(truth.cols, 'column')}, as yTrue`,
      given: `${guess.cols}`,
      hint: 'Pass arrays that belong together.',
    });
  }
  const weights = relative(readWeights(sampleWeight, truth.rows));
  const columns = Array.from({ length: truth.cols }, (_, c) => {
    const unit = unitOf(truth, guess, c);
    const factor = powerOfTwo(-unit);
    const at = (values: Values) => (i: number) => values.data[i * values.cols + c] * factor;
    return { truth: at(truth), guess: at(guess), weights, unit };
  });
  return { columns, rows: truth.rows };
}

export function weightedMean(weights: ArrayLike<number>, value: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] * value(i);
    total += weights[i];
  }
  return sum / total;
}

export function combine(
  scores: Float64Array,
  multioutput: MultiOutput = 'uniformAverage',
): number | Float64Array {
  if (typeof multioutput === 'string') {
    if (oneOf('multioutput', multioutput, ['uniformAverage', 'rawValues']) === 'rawValues') return scores;
    return weightedMean(new Float64Array(scores.length).fill(1), (i) => scores[i]);
  }
  const isValid =
    Array.isArray(multioutput) &&
    multioutput.length === scores.length &&
    multioutput.every((weight) => Number.isFinite(weight) && weight >= 0) &&
    multioutput.some((weight) => weight > 0);
  if (!isValid) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `multioutput as a list of ${scores.length} weights, one per output, 0 or more and not all 0`,
      given: show(multioutput),
      hint: "Give one weight per column of yTrue, or 'uniformAverage'.",
    });
  }
  return weightedMean(multioutput, (i) => scores[i]);
}

/** The score of each output, combined. */
export function scoreOutputs(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions,
  score: (column: Column) => number,
): number | Float64Array {
  const { columns } = readPairs(yTrue, yPred, options);
  return combine(Float64Array.from(columns, score), options.multioutput);
}

/** What to make of outputs whose targets do not vary. */
export interface ExplainedOptions extends WeightOption {
  /** Default 'uniformAverage'. 'varianceWeighted' weights outputs by their variance. */
  multioutput?: MultiOutput | 'varianceWeighted';
  /**
   * If true (default), an output with constant targets scores 1 if predicted exactly and 0
   * otherwise. If false, it scores NaN or −∞, respectively.
   */
  forceFinite?: boolean;
}

/**
 * The score 1 − residual / spread of each output, combined.
 * @param residuals in units of 4^unit, as `spreads`
 */
export function explained(
  columns: readonly Column[],
  residuals: Float64Array,
  spreads: Float64Array,
  { multioutput, forceFinite = true }: Pick<ExplainedOptions, 'multioutput' | 'forceFinite'>,
): number | Float64Array {
  const scores = residuals.map((residual, c) => {
    if (spreads[c] > 0) return 1 - residual / spreads[c];
    if (forceFinite) return residual === 0 ? 1 : 0;
    return residual === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  });
  if (multioutput !== 'varianceWeighted') return combine(scores, multioutput);
  // If all targets are constant, there is no variance to weight by.
  if (!spreads.some((value) => value > 0)) return combine(scores);
  // Units relative to the largest one with a spread. The other variances may be negligible beside
  // it.
  const most = columns.reduce((top, { unit }, c) => (spreads[c] > 0 ? Math.max(top, unit) : top), -MOST_UNIT);
  const variances = columns.map(({ unit }, c) => timesPower(spreads[c], 2 * (unit - most)));
  return combine(scores, variances);
}

/**
 * The value below which a share of the total weight lies: the mean of both neighbours where the
 * share ends exactly at a value, as in scikit-learn ("averaged inverted CDF", Hyndman & Fan 1996).
 * For a share of a half and equal weights, this is the median.
 * @param share from 0 to 1
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, share: number): number {
  const sorted = new Float64Array(values.length);
  const below = new Float64Array(values.length);
  let total = 0;
  const isEven = weights.every((weight) => weight === weights[0]);
  // Sorting numbers is ten times as fast as sorting indices.
  if (isEven) sorted.set(values.slice().sort());
  const order = isEven ? undefined : Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  for (let i = 0; i < sorted.length; i++) {
    if (order !== undefined) sorted[i] = values[order[i]];
    total += weights[order?.[i] ?? i];
    below[i] = total;
  }
  // A share of 0 is the first value that has a weight.
  const wanted = share * total || Number.MIN_VALUE;
  let i = below.findIndex((sum) => sum >= wanted);
  if (i < 0) i = below.length - 1;
  if (below[i] - wanted > Number.EPSILON) return sorted[i];
  const next = below.findIndex((sum) => sum > below[i]);
  return (sorted[i] + sorted[next < 0 ? i : next]) / 2;
}

/** One output only. @throws SteepestError `ERR_SHAPE` */
export function onlyColumn(score: string, columns: readonly Column[]): Column {
  if (columns.length === 1) return columns[0];
  throw new SteepestError('ERR_SHAPE', {
    expected: `one target per row for ${score}`,
    given: `${columns.length} columns`,
    hint: 'Score the columns one by one.',
  });
}
