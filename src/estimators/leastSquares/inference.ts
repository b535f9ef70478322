import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { rootOfPower, timesPower } from '../../core/powers.js';
import { columnSquares, type Factor, residualSquares } from './factor.js';
import { identity, inverseSync, norm } from './small.js';
import { studentTwoSided } from './student.js';

/**
 * One of each: coefficients, [targets, columns], and intercepts, one per target (NaN without
 * `fitIntercept`).
 * @example
 * ```ts
 * import { LinearRegression, type PerParameter } from 'steepest';
 * const model = await new LinearRegression().fit([[1], [2], [3], [4]], [2.9, 5.1, 7.1, 8.9]);
 * const pValues: PerParameter = model.inference().pValues;
 * console.log(pValues.coef.data[0]! < 0.01); // true
 * ```
 */
export interface PerParameter {
  coef: NdArray<Float64Array>;
  intercept: Float64Array;
}

/**
 * One number for each parameter.
 * @param value of output k and column j, which is −1 for the intercept
 */
export function perParameter(
  { outputs, cols, hasIntercept }: { outputs: number; cols: number; hasIntercept: boolean },
  value: (k: number, j: number) => number,
): PerParameter {
  const data = Float64Array.from({ length: outputs * cols }, (_, i) => value(Math.floor(i / cols), i % cols));
  return {
    coef: { data, shape: [outputs, cols] },
    intercept: Float64Array.from({ length: outputs }, (_, k) => (hasIntercept ? value(k, -1) : Number.NaN)),
  };
}

/**
 * The residual degrees of freedom.
 * @throws SteepestError `ERR_ARGUMENT` if none is left
 */
export function checkResidualDf(weightedRows: number, parameters: number): number {
  if (weightedRows > parameters) return weightedRows - parameters;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `more rows than parameters, ${parameters}`,
    given: `${weightedRows}`,
    hint: 'Pass more rows, or fewer columns: the errors cannot be estimated otherwise.',
  });
}

/** The statistical inference of a least-squares fit. */
export interface Inference {
  /** √(s²·[(XᵀWX)⁻¹]_jj), where X includes its column of ones and W is the sample weights. */
  standardErrors: PerParameter;
  /** Parameter / standard error. */
  tValues: PerParameter;
  /**
   * Probability of a |t| at least this large if the parameter is 0: Student's t with `residualDf`
   * degrees of freedom.
   */
  pValues: PerParameter;
  /** Rows with a weight above 0, minus the number of columns and the intercept. */
  residualDf: number;
  /** s = √(Σ w·residual² / residualDf), one per target. */
  residualStandardError: Float64Array;
  /**
   * 1 − Σ w·residual² / Σ w·(y − ȳ)², one per target; without an intercept, y² replaces (y − ȳ)².
   */
  rSquared: Float64Array;
}

/**
 * Standard errors and the statistics derived from them, computed from the triangle alone: (XᵀWX)⁻¹
 * = R⁻¹·R⁻ᵀ, so the variance of parameter j is s² times the square of row j of R⁻¹. ("The Elements
 * of Statistical Learning", Hastie et al., §3.2)
 * @throws SteepestError `ERR_ARGUMENT` without residual degrees of freedom
 */
export function inferenceOf(
  factor: Factor,
  { coef, intercept }: { coef: Float64Array; intercept: Float64Array },
): Inference {
  const { ones, cols, targets, size, r, weightedRows, frame } = factor;
  const parameters = ones + cols;
  const residualDf = checkResidualDf(weightedRows, parameters);
  const triangle = new Float64Array(parameters * parameters);
  for (let i = 0; i < parameters; i++) {
    triangle.set(r.subarray(i * size, i * size + parameters), i * parameters);
  }
  const inverse = inverseSync(triangle, identity(parameters), parameters);
  // The intercept is the one at the frame's origin minus offsets·coefficients; rows of R⁻¹ combine
  // the same way.
  const row = (i: number): Float64Array => inverse.subarray(i * parameters, (i + 1) * parameters);
  if (ones === 1) {
    for (let j = 0; j < cols; j++) {
      const offset = frame.offsets[j]!;
      row(1 + j).forEach((value, i) => {
        inverse[i]! -= offset * value;
      });
    }
  }
  const lengths = Float64Array.from({ length: parameters }, (_, i) => norm(row(i)));
  const squares = residualSquares(factor);
  const all = columnSquares(factor, ones);
  const sigma = squares.map((sum) => Math.sqrt(sum / residualDf));
  const each = (value: (k: number, j: number) => number) =>
    perParameter({ outputs: targets, cols, hasIntercept: ones === 1 }, value);
  // The intercept's row of R comes first.
  const unitOf = (k: number, j: number): number =>
    frame.exponents[cols + k]! - (j < 0 ? 0 : frame.exponents[j]!);
  const standardError = (k: number, j: number): number =>
    timesPower(sigma[k]! * lengths[ones + j]!, unitOf(k, j));
  const tValue = (k: number, j: number): number =>
    (j < 0 ? intercept[k]! : coef[k * cols + j]!) / standardError(k, j);
  return {
    standardErrors: each(standardError),
    tValues: each(tValue),
    pValues: each((k, j) => studentTwoSided(tValue(k, j), residualDf)),
    residualDf,
    residualStandardError: squares.map((sum, k) =>
      timesPower(rootOfPower(sum / residualDf, frame.weightExponent), unitOf(k, -1)),
    ),
    rSquared: squares.map((sum, k) => 1 - sum / all[k]!),
  };
}
