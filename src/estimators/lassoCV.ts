import type { ParamSpecs } from './base/params.js';
import { CROSS_SPECS, CrossModel, type CrossParams } from './penalized/crossModel.js';

/** Hyperparameters. */
export interface LassoCVParams extends CrossParams {}

const SPECS: ParamSpecs<LassoCVParams> = CROSS_SPECS;
const RATIOS = [1];

/**
 * `Lasso` with the alpha, among a path of them, that has the least mean squared error on rows left
 * out. The rows are read once, whatever the number of alphas and folds. (Friedman, Hastie,
 * Tibshirani 2010)
 * @example
 * ```ts
 * import { data, LassoCV } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = await new LassoCV({ cv: 5 }).fit(x, y);
 * console.log(model.alphas.length, model.msePath.shape); // 100 [ 100, 5 ]
 * ```
 */
export class LassoCV extends CrossModel<LassoCVParams> {
  constructor(params: Partial<LassoCVParams> = {}) {
    super('LassoCV', SPECS, params);
  }

  /** The alphas that were tried, largest first. */
  get alphas(): Float64Array {
    return this.allAlphas().data;
  }

  protected override ratios(): readonly number[] {
    return RATIOS;
  }
}
