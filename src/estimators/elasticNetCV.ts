import { SteepestError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { show } from '../core/show.js';
import { type ParamSpecs, param } from './base/params.js';
import { CROSS_SPECS, CrossModel, type CrossParams } from './penalized/crossModel.js';
import { checkRatio } from './penalized/penalizedModel.js';

/** Hyperparameters. */
export interface ElasticNetCVParams extends CrossParams {
  /** The part of the penalty that is L1, from 0 to 1, or several to choose from. Default 0.5. */
  l1Ratio: number | readonly number[];
}

const SPECS: ParamSpecs<ElasticNetCVParams> = {
  l1Ratio: param.custom<number | readonly number[]>(0.5, (name, value) => {
    if (!Array.isArray(value)) return checkRatio(name, value);
    if (value.length > 0) return [...value].map((ratio, i) => checkRatio(`${name}[${i}]`, ratio));
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as a number from 0 to 1, or an array of such`,
      given: show(value),
      hint: 'Give [0.1, 0.5, 0.9, 1], or leave it out for 0.5.',
    });
  }),
  ...CROSS_SPECS,
};

/**
 * `ElasticNet` with the alpha, among a path of them, and the l1Ratio that have the least mean
 * squared error on rows left out. The rows are read once, whatever the number of alphas, ratios and
 * folds. (Friedman, Hastie, Tibshirani 2010)
 * @example
 * ```ts
 * import { data, ElasticNetCV } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = await new ElasticNetCV({ l1Ratio: [0.5, 1] }).fit(x, y);
 * console.log(model.l1Ratio, model.alphas.shape); // 1 [ 2, 100 ]
 * ```
 */
export class ElasticNetCV extends CrossModel<ElasticNetCVParams> {
  constructor(params: Partial<ElasticNetCVParams> = {}) {
    super('ElasticNetCV', SPECS, params);
  }

  /** The l1Ratio chosen. */
  get l1Ratio(): number {
    return this.chosenRatio();
  }

  /** The alphas that were tried, largest first: [l1 ratios, alphas]. */
  get alphas(): Matrix<Float64Array> {
    const { data, shape } = this.allAlphas();
    return new Matrix(data, shape);
  }

  protected override ratios(): readonly number[] {
    const { l1Ratio } = this.params;
    return typeof l1Ratio === 'number' ? [l1Ratio] : l1Ratio;
  }
}
