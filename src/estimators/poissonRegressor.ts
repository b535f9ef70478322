import { type LogLinkParams, LogLinkRegressor } from './glm/logLinkRegressor.js';

/** Hyperparameters. */
export type PoissonRegressorParams = LogLinkParams;

/**
 * Poisson regression with a logarithmic link, in float64: of counts, or of rates with an
 * `exposure`.
 *
 * Minimises Σ w_i·d_i / (2·Σ w_i) + ½·alpha·‖coef‖², where d is the Poisson deviance, as
 * scikit-learn does. (McCullagh & Nelder, "Generalized Linear Models", §6)
 * @example
 * ```ts
 * import { PoissonRegressor } from 'steepest';
 * // Counts that double from hour to hour.
 * const model = await new PoissonRegressor({ alpha: 0 }).fit([[0], [1], [2], [3]], [1, 2, 4, 8]);
 * console.log((await model.predict([[4]]))[0]!.toFixed(1)); // 16.0
 * ```
 */
export class PoissonRegressor extends LogLinkRegressor {
  constructor(params: Partial<PoissonRegressorParams> = {}) {
    super('PoissonRegressor', 'poisson', params);
  }
}
