import { type ParamSpecs, param } from './base/params.js';
import {
  checkRatio,
  PENALIZED_SPECS,
  PenalizedModel,
  type PenalizedParams,
} from './penalized/penalizedModel.js';

/** Hyperparameters. */
export interface ElasticNetParams extends PenalizedParams {
  /** Strength of the penalty, at least 0. Default 1. */
  alpha: number;
  /** The part of the penalty that is L1, from 0 (ridge) to 1 (lasso). Default 0.5. */
  l1Ratio: number;
}

const SPECS: ParamSpecs<ElasticNetParams> = {
  alpha: param.nonNegative(1),
  l1Ratio: param.custom(0.5, checkRatio),
  ...PENALIZED_SPECS,
};

/**
 * Linear least squares with L1 and L2 penalties: minimises (1 / 2n)·Σ w_i·(y_i − b − x_i·coef)² +
 * alpha·(l1Ratio·‖coef‖₁ + ½·(1 − l1Ratio)·‖coef‖²), with n the sum of the weights, in float64.
 * (Zou & Hastie 2005; Friedman, Hastie, Tibshirani 2010)
 * @example
 * ```ts
 * import { data, ElasticNet } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = await new ElasticNet({ alpha: 0.1, l1Ratio: 0.9 }).fit(x, y);
 * console.log((await model.score(x, y)) > 0.9); // true
 * ```
 */
export class ElasticNet extends PenalizedModel<ElasticNetParams> {
  constructor(params: Partial<ElasticNetParams> = {}) {
    super('ElasticNet', SPECS, params);
  }

  protected override shape() {
    const { alpha, l1Ratio } = this.params;
    return { alpha, l1Ratio };
  }
}
