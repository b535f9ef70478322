import { type LogLinkParams, LogLinkRegressor } from './glm/logLinkRegressor.js';

/** Hyperparameters. */
export type GammaRegressorParams = LogLinkParams;

/**
 * Gamma regression with a logarithmic link, in float64: of amounts above 0 whose spread grows with
 * their mean, such as costs.
 *
 * Minimises Σ w_i·d_i / (2·Σ w_i) + ½·alpha·‖coef‖², where d is the gamma deviance, as scikit-learn
 * does. (McCullagh & Nelder, "Generalized Linear Models", §8)
 * @example
 * ```ts
 * import { GammaRegressor } from 'steepest';
 * // Amounts that double from step to step.
 * const model = await new GammaRegressor({ alpha: 0 }).fit([[0], [1], [2], [3]], [1, 2, 4, 8]);
 * console.log((await model.predict([[4]]))[0]!.toFixed(1)); // 16.0
 * ```
 */
export class GammaRegressor extends LogLinkRegressor {
  constructor(params: Partial<GammaRegressorParams> = {}) {
    super('GammaRegressor', 'gamma', params);
  }
}
