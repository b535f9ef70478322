import type { Aliases } from '../../core/nearest.js';

/** Names of metrics in Keras, PyTorch and scikit-learn. */
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
  // Names whose meaning differs from ours although they look similar.
  rmse: '',
  mape: '',
  msle: '',
  auc: '',
};

/** Names of their hyperparameters in the same libraries. */
export const HYPERPARAMETER_ALIASES: Aliases = { cutoff: 'threshold', metric: 'name' };
