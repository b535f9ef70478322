import type { Synonyms } from '../../core/names.js';
import type { Aliases } from '../../core/nearest.js';

/** Keras's short names. */
export const LOSS_SYNONYMS = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  logcosh: 'logCosh',
} as const satisfies Synonyms;

/** Names of losses in Keras, PyTorch, scikit-learn and TensorFlow.js. */
export const LOSS_ALIASES: Aliases = {
  mseLoss: 'meanSquaredError',
  l2Loss: 'meanSquaredError',
  squaredError: 'meanSquaredError',
  l1Loss: 'meanAbsoluteError',
  absoluteError: 'meanAbsoluteError',
  absoluteDifference: 'meanAbsoluteError',
  huberLoss: 'huber',
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
  pinballLoss: 'quantile',
  quantileLoss: 'quantile',
  poissonNllLoss: 'poisson',
  poissonLoss: 'poisson',
  kldivLoss: 'klDivergence',
  kullbackLeiblerDivergence: 'klDivergence',
  hingeLoss: 'hinge',
  cosineEmbeddingLoss: 'cosineSimilarity',
  cosineProximity: 'cosineSimilarity',
  cosineDistance: 'cosineSimilarity',
  sigmoidFocalLoss: 'binaryFocalCrossentropy',
  focalLoss: 'binaryFocalCrossentropy',
  // Losses that do not exist here.
  smoothL1Loss: '',
  ctcLoss: '',
  tripletMarginLoss: '',
  dice: '',
};

/** Names of their hyperparameters in the same libraries. */
export const HYPERPARAMETER_ALIASES: Aliases = {
  logits: 'fromLogits',
  isLogits: 'fromLogits',
  smoothing: 'labelSmoothing',
  tau: 'quantile',
  q: 'quantile',
  focusing: 'gamma',
  beta: 'delta',
  loss: 'name',
};
