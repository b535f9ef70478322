import type { Aliases } from '../../core/nearest.js';

/** Names of losses in Keras, PyTorch, scikit-learn and TensorFlow.js. */
export const LOSS_ALIASES: Aliases = {
  mse: 'meanSquaredError',
  mseLoss: 'meanSquaredError',
  l2Loss: 'meanSquaredError',
  squaredError: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  l1Loss: 'meanAbsoluteError',
  absoluteError: 'meanAbsoluteError',
  absoluteDifference: 'meanAbsoluteError',
  huberLoss: 'huber',
  bce: 'binaryCrossentropy',
  bceLoss: 'binaryCrossentropy',
  bceWithLogitsLoss: 'binaryCrossentropy',
  binaryCrossEntropyWithLogits: 'binaryCrossentropy',
  sigmoidCrossEntropy: 'binaryCrossentropy',
  logLoss: 'binaryCrossentropy',
  softmaxCrossEntropy: 'categoricalCrossentropy',
  // PyTorch's cross-entropies take class numbers.
  crossEntropyLoss: 'sparseCategoricalCrossentropy',
  crossEntropy: 'sparseCategoricalCrossentropy',
  nllLoss: 'sparseCategoricalCrossentropy',
  sparseCrossentropy: 'sparseCategoricalCrossentropy',
  // Losses that do not exist here.
  meanSquaredLogarithmicError: '',
  msle: '',
  mape: '',
  meanAbsolutePercentageError: '',
  smoothL1Loss: '',
};

/** Names of their hyperparameters in the same libraries. */
export const HYPERPARAMETER_ALIASES: Aliases = {
  logits: 'fromLogits',
  isLogits: 'fromLogits',
  loss: 'name',
};
