import { checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { inverseNormal } from '../../core/normal.js';
import { checkOptions } from '../base/fitOptions.js';
import { normalTwoSided } from '../base/normalTail.js';
import { type PerParameter, perParameter } from '../leastSquares/inference.js';
import { factorScaled } from '../solvers/cholesky.js';

/**
 * The statistical inference of a generalised linear model without a penalty.
 * @example
 * ```ts
 * import { type GlmInference, PoissonRegressor } from 'steepest';
 * const model = await new PoissonRegressor({ alpha: 0 }).fit([[0], [1], [2], [3]], [1, 3, 4, 9]);
 * const { estimates, standardErrors }: GlmInference = model.inference();
 * console.log(estimates.coef.data[0]! > 2 * standardErrors.coef.data[0]!); // true
 * ```
 */
export interface GlmInference {
  /**
   * The parameters: those of the model, except that with more than two classes each row has the
   * difference to the first class, which alone is determined.
   */
  estimates: PerParameter;
  /**
   * √[H⁻¹]_jj, with H the second derivatives of the negative log-likelihood (times the dispersion).
   */
  standardErrors: PerParameter;
  /** Parameter / standard error. */
  zValues: PerParameter;
  /** Probability of a |z| at least this large if the parameter is 0: standard normal. */
  pValues: PerParameter;
  /** parameter ± quantile·standard error, at `level`. */
  confidenceIntervals: { lower: PerParameter; upper: PerParameter };
  /** The probability with which intervals contain the parameter. */
  level: number;
  /** Rows with a weight above 0, minus the number of parameters. */
  residualDf: number;
}

/** What inference is computed from. */
export interface GlmEstimates {
  /** Rows of parameters. */
  outputs: number;
  cols: number;
  /** outputs × columns. */
  coef: Float64Array;
  intercept: Float64Array;
  fitIntercept: boolean;
  /** √ of the diagonal of the inverse second derivatives: coefficients, then intercepts if any. */
  errors: Float64Array;
  /** Rows with a weight above 0. */
  weightedRows: number;
}

/** Options of `inference` and `summary`. */
export interface InferenceOptions {
  /** The probability with which a confidence interval contains its parameter. Default 0.95. */
  level?: number;
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function readLevel(what: string, options: InferenceOptions): number {
  checkOptions(what, options, ['level']);
  return checkNumber('level', options.level ?? 0.95, 'a number above 0 and below 1', (v) => v > 0 && v < 1);
}

/**
 * √ of the diagonal of A⁻¹.
 * @throws SteepestError `ERR_ARGUMENT` unless A is positive definite
 */
export function standardErrorsOf(matrix: Float64Array, size: number): Float64Array {
  const factor = factorScaled(matrix, size);
  const zero = Array.from({ length: size }, (_, i) => matrix[i * (size + 1)]!).findIndex((d) => !(d > 0));
  if (factor.damping > 0 || zero >= 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'columns that do not depend on each other, and classes that they do not separate',
      given: 'second derivatives that are not positive definite',
      hint: 'Leave some columns out, such as one of each set of one-hot columns: the coefficients are not determined.',
    });
  }
  const column = new Float64Array(size);
  return Float64Array.from({ length: size }, (_, i) => {
    column.fill(0);
    column[i] = 1;
    factor.solve(column);
    return Math.sqrt(column[i]!);
  });
}

/** Wald statistics. ("The Elements of Statistical Learning", Hastie et al., §4.4.2) */
export function glmInference(from: GlmEstimates, level: number): GlmInference {
  const { outputs, cols, coef, intercept, fitIntercept, errors, weightedRows } = from;
  const parameters = errors.length;
  const each = (value: (k: number, j: number) => number) =>
    perParameter({ outputs, cols, hasIntercept: fitIntercept }, value);
  const estimate = (k: number, j: number): number => (j < 0 ? intercept[k]! : coef[k * cols + j]!);
  const error = (k: number, j: number): number => errors[j < 0 ? outputs * cols + k : k * cols + j]!;
  const z = (k: number, j: number): number => estimate(k, j) / error(k, j);
  const quantile = inverseNormal((1 + level) / 2);
  const bound = (sign: number) => each((k, j) => estimate(k, j) + sign * quantile * error(k, j));
  return {
    estimates: each(estimate),
    standardErrors: each(error),
    zValues: each(z),
    pValues: each((k, j) => normalTwoSided(z(k, j))),
    confidenceIntervals: { lower: bound(-1), upper: bound(1) },
    level,
    residualDf: weightedRows - parameters,
  };
}

/** e to the power of each parameter. */
export function exponentials({ coef, intercept }: PerParameter): PerParameter {
  return { coef: { data: coef.data.map(Math.exp), shape: coef.shape }, intercept: intercept.map(Math.exp) };
}
