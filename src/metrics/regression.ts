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
  warnUndefined,
} from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';

/**
 * How to combine the scores of the outputs: their mean, all of them, or a mean with one weight per
 * output.
 */
export type MultiOutput = 'uniformAverage' | 'rawValues' | readonly number[];

export interface RegressionScoreOptions extends WeightOption {
  /** Default 'uniformAverage'. */
  multioutput?: MultiOutput;
}

export interface R2Options extends WeightOption {
  /** Default 'uniformAverage'. 'varianceWeighted' weights outputs by their variance. */
  multioutput?: MultiOutput | 'varianceWeighted';
  /**
   * If true (default), an output with constant targets scores 1 if predicted exactly and 0
   * otherwise. If false, it scores NaN or −∞, respectively.
   */
  forceFinite?: boolean;
}

type Raw = { multioutput: 'rawValues' };

/** The score of one output. */
interface Column {
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
function relative(weights: Float64Array): Float64Array {
  const exponent = within(exponentOf(weights.reduce((most, w) => Math.max(most, w), 0)));
  return exponent === 0 ? weights : weights.map((w) => w * powerOfTwo(-exponent));
}

function readPairs(
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

function weightedMean(weights: ArrayLike<number>, value: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] * value(i);
    total += weights[i];
  }
  return sum / total;
}

function combine(scores: Float64Array, multioutput: MultiOutput = 'uniformAverage'): number | Float64Array {
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

/** Mean of (t − y)² over samples, in the squared unit of the target. */
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & { multioutput?: Exclude<MultiOutput, 'rawValues'> },
): number;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanSquaredError', options, ['multioutput']);
  const errors = squaredErrors(yTrue, yPred, options);
  return combine(
    Float64Array.from(errors, ({ square, unit }) => timesPower(square, 2 * unit)),
    options.multioutput,
  );
}

/** Mean squared error of each output, in units of 4^unit. */
function squaredErrors(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: WeightOption,
): { square: number; unit: number }[] {
  const { columns } = readPairs(yTrue, yPred, options);
  return columns.map(({ truth, guess, weights, unit }) => ({
    square: weightedMean(weights, (i) => (truth(i) - guess(i)) ** 2),
    unit,
  }));
}

/**
 * Square root of the mean of (t − y)² over samples, computed per output and then averaged. In the
 * unit of the target.
 */
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & { multioutput?: Exclude<MultiOutput, 'rawValues'> },
): number;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('rootMeanSquaredError', options, ['multioutput']);
  const errors = squaredErrors(yTrue, yPred, options);
  return combine(
    Float64Array.from(errors, ({ square, unit }) => timesPower(Math.sqrt(square), unit)),
    options.multioutput,
  );
}

/** Mean of |t − y| over samples, in the unit of the target. */
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & { multioutput?: Exclude<MultiOutput, 'rawValues'> },
): number;
export function meanAbsoluteError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanAbsoluteError', options, ['multioutput']);
  const { columns } = readPairs(yTrue, yPred, options);
  const scores = Float64Array.from(columns, ({ truth, guess, weights, unit }) =>
    timesPower(
      weightedMean(weights, (i) => Math.abs(truth(i) - guess(i))),
      unit,
    ),
  );
  return combine(scores, options.multioutput);
}

/**
 * Coefficient of determination, R² = 1 − Σ(t − y)² / Σ(t − t̄)². A perfect prediction scores 1, and
 * a prediction as good as the mean scores 0. With fewer than two samples the result is NaN, with a
 * warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 */
export function r2Score(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: R2Options & Raw,
): number | Float64Array;
export function r2Score(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: R2Options & { multioutput?: Exclude<R2Options['multioutput'], 'rawValues'> },
): number;
export function r2Score(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: R2Options = {},
): number | Float64Array {
  checkScoreOptions('r2Score', options, ['multioutput', 'forceFinite']);
  const forceFinite = readFlag('forceFinite', options.forceFinite, true);
  const { columns, rows } = readPairs(yTrue, yPred, options);
  if (rows < 2) {
    warnUndefined('r2Score: R² is not defined for fewer than two samples.');
    return Number.NaN;
  }
  const spreads = Float64Array.from(columns, spread);
  const scores = Float64Array.from(columns, (column, c) => {
    const residual = sum(column, (i) => (column.truth(i) - column.guess(i)) ** 2);
    if (spreads[c] > 0) return 1 - residual / spreads[c];
    if (forceFinite) return residual === 0 ? 1 : 0;
    return residual === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  });
  const { multioutput } = options;
  if (multioutput !== 'varianceWeighted') return combine(scores, multioutput);
  // If all targets are constant, there is no variance to weight by.
  const hasSpread = spreads.some((value) => value > 0);
  // Units relative to the largest one with a spread. The other variances may be negligible beside
  // it.
  const most = columns.reduce((top, { unit }, c) => (spreads[c] > 0 ? Math.max(top, unit) : top), -MOST_UNIT);
  const variances = columns.map(({ unit }, c) => timesPower(spreads[c], 2 * (unit - most)));
  return combine(scores, hasSpread ? variances : 'uniformAverage');
}

function sum({ weights }: Column, value: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] * value(i);
  return total;
}

function spread(column: Column): number {
  // Relative to the first target, so that constant targets have a spread of exactly 0.
  const shifted = (i: number): number => column.truth(i) - column.truth(0);
  const mean = weightedMean(column.weights, shifted);
  return sum(column, (i) => (shifted(i) - mean) ** 2);
}
