import type { Synonyms } from '../../core/names.js';
import type { Aliases } from '../../core/nearest.js';

/** Keras's long and short names. */
export const METRIC_SYNONYMS = {
  acc: 'accuracy',
  categoricalAccuracy: 'accuracy',
  sparseCategoricalAccuracy: 'accuracy',
  topKCategoricalAccuracy: 'topK',
  sparseTopKCategoricalAccuracy: 'topK',
  f1Score: 'f1',
  auc: 'rocAuc',
  meanAbsoluteError: 'mae',
  meanSquaredError: 'mse',
  rootMeanSquaredError: 'rmse',
  meanAbsolutePercentageError: 'mape',
  meanSquaredLogarithmicError: 'msle',
  r2Score: 'r2',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  logcosh: 'logCosh',
} as const satisfies Synonyms;

/** Names of metrics in Keras, PyTorch and scikit-learn. */
export const METRIC_ALIASES: Aliases = {
  accuracyScore: 'accuracy',
  topKAccuracyScore: 'topK',
  precisionScore: 'precision',
  recallScore: 'recall',
  sensitivity: 'recall',
  rocAucScore: 'rocAuc',
  averagePrecisionScore: 'prAuc',
  absoluteError: 'mae',
  squaredError: 'mse',
  rSquared: 'r2',
  logLoss: 'binaryCrossentropy',
  hingeLoss: 'hinge',
  // Metrics that do not exist here.
  meanIou: '',
  specificity: '',
  matthewsCorrcoef: '',
  fBeta: '',
};

/** Names of their hyperparameters in the same libraries. */
export const HYPERPARAMETER_ALIASES: Aliases = {
  cutoff: 'threshold',
  thresholds: 'threshold',
  metric: 'name',
  class: 'classId',
  column: 'classId',
  posLabel: 'classId',
  topK: 'k',
};
