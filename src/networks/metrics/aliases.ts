import type { Aliases } from '../../core/nearest.js';

/** Metrics by the names of Keras, PyTorch and scikit-learn. */
export const METRIC_ALIASES: Aliases = {
  acc: 'accuracy',
  accuracyScore: 'accuracy',
  categoricalAccuracy: 'accuracy',
  sparseCategoricalAccuracy: 'accuracy',
  meanAbsoluteError: 'mae',
  absoluteError: 'mae',
  meanSquaredError: 'mse',
  squaredError: 'mse',
  r2Score: 'r2',
  rSquared: 'r2',
  // Of other meaning than the names that they look like.
  rmse: '',
  mape: '',
  msle: '',
  auc: '',
};

/** Hyperparameters by the same libraries' names. */
export const HYPERPARAMETER_ALIASES: Aliases = { cutoff: 'threshold', metric: 'name' };
