import type { Synonyms } from '../../core/names.js';
import type { Aliases } from '../../core/nearest.js';

/** Keras's long and short names. */
export const METRIC_SYNONYMS = {
  acc: 'accuracy',
  categoricalAccuracy: 'accuracy',
  sparseCategoricalAccuracy: 'accuracy',
  meanAbsoluteError: 'mae',
  meanSquaredError: 'mse',
} as const satisfies Synonyms;

/** Names of metrics in Keras, PyTorch and scikit-learn. */
export const METRIC_ALIASES: Aliases = {
  accuracyScore: 'accuracy',
  absoluteError: 'mae',
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
