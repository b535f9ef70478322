import { type LogLinkParams, LogLinkRegressor } from './glm/logLinkRegressor.js';

/** Hyperparameters. */
export type PoissonRegressorParams = LogLinkParams;

/**
 * Poisson regression with a logarithmic link, in float64: of counts, or of rates with an
 * `exposure`.
 *
 * Minimises Σ w_i·d_i / (2·Σ w_i) + ½·alpha·‖coef‖², where d is the Poisson deviance, as
 * scikit-learn does. (McCullagh & Nelder, "Generalized Linear Models", §6)
 */
export class PoissonRegressor extends LogLinkRegressor {
  constructor(params: Partial<PoissonRegressorParams> = {}) {
    super('PoissonRegressor', 'poisson', params);
  }
}
