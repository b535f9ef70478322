import { SteepestError } from '../core/errors.js';
import { isCount, isNonNegative } from '../core/guards.js';
import { inSlices } from '../core/inParts.js';
import { isTypedArray } from '../core/realm.js';
import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import { areAlike } from '../data/tables/match.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput, FittedColumns } from './base/features.js';
import { linearScores } from './base/linearScores.js';
import { type ParamSpecs, param } from './base/params.js';
import { attribute, type SavedState } from './base/saved.js';
import { warnNotConverged } from './glm/choices.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import type { HuberProblem } from './robust/huberLoss.js';
import { minimiseHuber } from './robust/huberNewton.js';
import { readProblem } from './robust/readProblem.js';
import { inScaledUnits, inTableUnits } from './robust/scaledRows.js';

/** Hyperparameters, with scikit-learn's meanings. */
export interface HuberRegressorParams {
  /**
   * Residuals beyond so many scales are outliers, which count linearly; at least 1. Default 1.35:
   * 95 % efficient for normal errors.
   */
  epsilon: number;
  /** Strength of the L2 penalty, at least 0. Default 1e-4. */
  alpha: number;
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /** Default 100. */
  maxIter: number;
  /**
   * Converged when no element of the gradient is larger; of the mean objective, with columns and
   * targets in units of their largest deviation from the mean. Default 1e-5.
   */
  tol: number;
  /** Starts the next fit from the last one's result. Default false. */
  warmStart: boolean;
}

const SPECS: ParamSpecs<HuberRegressorParams> = {
  epsilon: param.atLeast(1.35, 1),
  alpha: param.nonNegative(1e-4),
  fitIntercept: param.boolean(true),
  maxIter: param.integer(100),
  tol: param.positive(1e-5),
  warmStart: param.boolean(false),
};

interface Fitted extends LinearFit {
  scale: number;
  nIter: number;
  /** 1 for outliers. */
  outliers: Uint8Array;
}

/**
 * Linear regression that outliers move little, in float64. Minimises, jointly over coefficients and
 * the scale σ of the errors, Σ w_i·(σ + σ·H((y_i − b − x_i·coef)/σ)) + alpha·‖coef‖², where H(z) is
 * z² up to epsilon and 2·epsilon·|z| − epsilon² beyond, as scikit-learn does. (Huber & Ronchetti,
 * "Robust Statistics", 2nd ed., §7.8)
 * @example
 * ```ts
 * import { HuberRegressor } from 'steepest';
 * // The last row is an outlier, which least squares would follow.
 * const x = [[1], [2], [3], [4], [5], [6]];
 * const model = await new HuberRegressor().fit(x, [2, 4, 6, 8, 10, 90]);
 * console.log((await model.predict([[6]]))[0]! < 15); // true
 * ```
 */
export class HuberRegressor extends LinearModel<HuberRegressorParams, Fitted, Float64Array> {
  constructor(params: Partial<HuberRegressorParams> = {}) {
    super('HuberRegressor', SPECS, params);
  }

  /** The scale σ of the errors: a residual beyond epsilon·σ is an outlier. */
  get scale(): number {
    return this.learned('scale').scale;
  }

  /** For each row of the fit, whether it is an outlier. */
  get outliers(): boolean[] {
    return Array.from(this.learned('outliers').outliers, (flag) => flag === 1);
  }

  /** Iterations of the last fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x rows × columns, finite
   * @param y one number per row, or the name of their column in a table
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_ABORTED`. After an error, what was learned before is unchanged.
   */
  async fit(x: FeatureInput, y: TargetInput | ColumnNames, options: EstimatorFitOptions = {}): Promise<this> {
    const { epsilon, alpha, fitIntercept, maxIter, tol } = this.params;
    const { features, targets, scaled } = await readProblem(this.type, x, y, options, fitIntercept);
    const { cols, names } = features;
    const { signal } = options;
    const { yScale, totalWeight } = scaled;
    // The penalty in scaled units, as the objective is there.
    const penalties = scaled.scales.map((s) => ((alpha / s) * (yScale / s)) / totalWeight);
    const problem: HuberProblem = { ...scaled, epsilon, fitIntercept, penalties };
    const start = this.start({ cols, names }, problem);
    const result = await inSlices(minimiseHuber(problem, start, { tol, maxIter }), signal);
    const { point } = result;
    const fit = inTableUnits(scaled, point, fitIntercept ? point[cols]! : 0);
    const scale = point[point.length - 1]! * yScale;
    const means = await inSlices(linearScores(features, fit.coef, fit.intercept), signal);
    const outliers = Uint8Array.from(targets, (v, i) =>
      Math.abs(v - means.data[i]!) > epsilon * scale ? 1 : 0,
    );
    this.fitted = {
      ...fit,
      columns: { cols, names },
      isVector: true,
      scale,
      nIter: result.iterations,
      outliers,
    };
    if (!result.converged) warnNotConverged('HuberRegressor', tol, result);
    return this;
  }

  /** All targets at their mean, with a scale that has no outliers; or the last fit. */
  private start(columns: FittedColumns, problem: HuberProblem): Float64Array {
    const { cols } = columns;
    const { fitIntercept, warmStart } = this.params;
    const start = new Float64Array(cols + (fitIntercept ? 2 : 1));
    start[start.length - 1] = 1;
    const { fitted } = this;
    if (!warmStart || fitted === undefined || !areAlike(fitted.columns, columns)) return start;
    const { scaled, intercept } = inScaledUnits(problem, fitted.coef, fitted.intercept[0]!);
    start.set(scaled);
    if (fitIntercept) start[cols] = intercept;
    start[start.length - 1] = Math.max(fitted.scale / problem.yScale, Math.sqrt(Number.EPSILON));
    return start;
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedFit(this.fitted);
    const { outliers, scale, nIter } = this.fitted;
    return {
      tensors: { ...tensors, outliers: { data: outliers, shape: [outliers.length] } },
      attributes: { ...attributes, scale, nIter },
    };
  }

  protected override restoreState(state: SavedState): void {
    const scale = attribute(state, 'scale', isNonNegative);
    const nIter = attribute(state, 'nIter', isCount);
    const fit = restoredFit(state, 1);
    const data = state.tensors.outliers?.data;
    const isMask = isTypedArray(data, 'Uint8Array') && data.every((flag) => flag <= 1);
    if (!isMask) {
      throw new SteepestError('ERR_MODEL_FILE', {
        expected: 'outliers as U8 of 0 and 1',
        given: 'something else',
        hint: 'Save the estimator again.',
      });
    }
    this.fitted = { ...fit, isVector: true, scale, nIter, outliers: data };
  }
}
