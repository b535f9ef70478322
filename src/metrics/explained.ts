import { tooFewSamples, type ValueInput } from './inputs.js';
import { checkScoreOptions, readFlag } from './options.js';
import {
  type Column,
  type ExplainedOptions,
  explained,
  type Raw,
  readPairs,
  weightedMean,
} from './outputs.js';

/** Options of `r2Score`. */
export interface R2Options extends ExplainedOptions {}
/** Options of `explainedVarianceScore`. */
export interface ExplainedVarianceOptions extends ExplainedOptions {}

type Combined = ExplainedOptions & { multioutput?: Exclude<ExplainedOptions['multioutput'], 'rawValues'> };

/**
 * Coefficient of determination, R² = 1 − Σ(t − y)² / Σ(t − t̄)². A perfect prediction scores 1, and
 * a prediction as good as the mean scores 0. With fewer than two samples the result is NaN, with a
 * warning.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.r2Score([1, 2, 3], [1, 2, 4])); // 0.5
 * ```
 */
export function r2Score(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: R2Options & Raw,
): number | Float64Array;
export function r2Score(yTrue: ValueInput, yPred: ValueInput, options?: R2Options & Combined): number;
export function r2Score(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: R2Options = {},
): number | Float64Array {
  checkScoreOptions('r2Score', options, ['multioutput', 'forceFinite']);
  const forceFinite = readFlag('forceFinite', options.forceFinite, true);
  const { columns, rows } = readPairs(yTrue, yPred, options);
  if (rows < 2) return tooFewSamples('r2Score', 'R²');
  const residuals = Float64Array.from(columns, ({ truth, guess, weights }) =>
    weightedSum(weights, (i) => (truth(i) - guess(i)) ** 2),
  );
  const spreads = Float64Array.from(columns, ({ truth, weights }) => spread(weights, truth));
  return explained(columns, residuals, spreads, { multioutput: options.multioutput, forceFinite });
}

/**
 * Explained variance, 1 − Var(t − y) / Var(t): R² of predictions to which the best constant has
 * been added, so an error common to all samples does not count.
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * // All predictions are too large by 5: only that.
 * console.log(metrics.explainedVarianceScore([1, 2, 3], [6, 7, 8])); // 1
 * ```
 */
export function explainedVarianceScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: ExplainedVarianceOptions & Raw,
): Float64Array;
export function explainedVarianceScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: ExplainedVarianceOptions & Combined,
): number;
export function explainedVarianceScore(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: ExplainedVarianceOptions = {},
): number | Float64Array {
  checkScoreOptions('explainedVarianceScore', options, ['multioutput', 'forceFinite']);
  const forceFinite = readFlag('forceFinite', options.forceFinite, true);
  const { columns } = readPairs(yTrue, yPred, options);
  const error =
    ({ truth, guess }: Column) =>
    (i: number) =>
      truth(i) - guess(i);
  const residuals = Float64Array.from(columns, (column) => spread(column.weights, error(column)));
  const spreads = Float64Array.from(columns, ({ truth, weights }) => spread(weights, truth));
  return explained(columns, residuals, spreads, { multioutput: options.multioutput, forceFinite });
}

function weightedSum(weights: Float64Array, value: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] * value(i);
  return total;
}

/** Σ w (v − v̄)². */
function spread(weights: Float64Array, value: (i: number) => number): number {
  // Relative to the first value, so that constant values have a spread of exactly 0.
  const shifted = (i: number): number => value(i) - value(0);
  const mean = weightedMean(weights, shifted);
  return weightedSum(weights, (i) => (shifted(i) - mean) ** 2);
}
