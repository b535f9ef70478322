import { type ParamSpecs, param } from './base/params.js';
import { PENALIZED_SPECS, PenalizedModel, type PenalizedParams } from './penalized/penalizedModel.js';

/** Hyperparameters. */
export interface LassoParams extends PenalizedParams {
  /** Strength of the penalty, at least 0. Default 1. */
  alpha: number;
}

const SPECS: ParamSpecs<LassoParams> = { alpha: param.nonNegative(1), ...PENALIZED_SPECS };

/**
 * Linear least squares with an L1 penalty, which sets coefficients to 0: minimises (1 / 2n)·Σ
 * w_i·(y_i − b − x_i·coef)² + alpha·‖coef‖₁, with n the sum of the weights, in float64. It makes
 * one pass over the rows and descends on XᵀX; on a table with more columns than rows it descends on
 * the columns. (Tibshirani 1996; Friedman, Hastie, Tibshirani 2010)
 * @example
 * ```ts
 * import { data, Lasso } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = await new Lasso({ alpha: 1 }).fit(x, y);
 * console.log(model.coef.data.filter((weight) => weight !== 0).length, 'of 5 columns are used');
 * // 2 of 5 columns are used
 * ```
 */
export class Lasso extends PenalizedModel<LassoParams> {
  constructor(params: Partial<LassoParams> = {}) {
    super('Lasso', SPECS, params);
  }

  protected override shape() {
    return { alpha: this.params.alpha, l1Ratio: 1 };
  }
}
