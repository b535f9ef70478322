import { checkNumber } from '../core/check.js';
import { isCount } from '../core/guards.js';
import { inSlices } from '../core/inParts.js';
import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { type ParamSpecs, param } from './base/params.js';
import { attribute, type SavedState } from './base/saved.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { minimisePinball } from './quantile/minimisePinball.js';
import { pinballProblem } from './quantile/pinballProblem.js';
import { readProblem } from './robust/readProblem.js';
import { inTableUnits } from './robust/scaledRows.js';

/** Hyperparameters, with scikit-learn's meanings. */
export interface QuantileRegressorParams {
  /** The quantile that is predicted, between 0 and 1. Default 0.5: the median. */
  quantile: number;
  /** Strength of the L1 penalty, at least 0. Default 1. */
  alpha: number;
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
}

const SPECS: ParamSpecs<QuantileRegressorParams> = {
  quantile: param.custom(0.5, (name, value) =>
    checkNumber(name, value, 'a number above 0 and below 1', (q) => q > 0 && q < 1),
  ),
  alpha: param.nonNegative(1),
  fitIntercept: param.boolean(true),
};

interface Fitted extends LinearFit {
  nIter: number;
}

/**
 * Linear regression of a quantile q of y given x, in float64. Minimises Σ w_i·L(y_i − b − x_i·coef)
 * / Σ w_i + alpha·‖coef‖₁, where L(r) is q·r above 0 and (q − 1)·r below: a linear program, solved
 * exactly. (Koenker & Bassett 1978; Koenker, "Quantile Regression", 2005)
 * @example
 * ```ts
 * import { QuantileRegressor } from 'steepest';
 * // Half of the targets lie on each side: the outlier does not count.
 * const model = new QuantileRegressor({ quantile: 0.5, alpha: 0 });
 * await model.fit([[1], [2], [3], [4], [5]], [2, 4, 6, 8, 90]);
 * console.log((await model.predict([[5]]))[0]!.toFixed(2)); // 10.00
 * ```
 */
export class QuantileRegressor extends LinearModel<QuantileRegressorParams, Fitted, Float64Array> {
  constructor(params: Partial<QuantileRegressorParams> = {}) {
    super('QuantileRegressor', SPECS, params);
  }

  /** Steps of the last fit: of the interior-point method, then from vertex to vertex. */
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
    const { params } = this;
    const { features, scaled } = await readProblem(this.type, x, y, options, params.fitIntercept);
    const { cols, names } = features;
    const { signal } = options;
    const problem = await inSlices(pinballProblem(scaled, params), signal);
    const { v, iterations, isOptimal } = await inSlices(minimisePinball(problem), signal);
    const fit = inTableUnits(scaled, v, params.fitIntercept ? v[cols]! : 0);
    this.fitted = { ...fit, columns: { cols, names }, isVector: true, nIter: iterations };
    if (!isOptimal) warnNotOptimal(iterations);
    return this;
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedFit(this.fitted);
    return { tensors, attributes: { ...attributes, nIter: this.fitted.nIter } };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', isCount);
    this.fitted = { ...restoredFit(state, 1), isVector: true, nIter };
  }
}

function warnNotOptimal(iterations: number): void {
  process.emitWarning(
    `QuantileRegressor stopped after ${iterations} steps, near the optimum: rounding hides it. ` +
      'Remove columns that nearly depend on others.',
    { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
  );
}
