import type { Aliases } from '../../core/nearest.js';

/** Optimizers by the names of Keras, PyTorch and scikit-learn. */
export const OPTIMIZER_ALIASES: Aliases = {
  gradientDescent: 'sgd',
  stochasticGradientDescent: 'sgd',
  momentum: 'sgd',
  nesterov: 'sgd',
  // Methods of their own.
  adadelta: '',
  adamax: '',
  nadam: '',
  radam: '',
  ftrl: '',
  lion: '',
  lbfgs: '',
  rprop: '',
  asgd: '',
};

/**
 * Hyperparameters by the same libraries' names; each counts where the optimizer has ours.
 */
export const HYPERPARAMETER_ALIASES: Aliases = {
  lr: 'learningRate',
  eta: 'learningRate',
  eta0: 'learningRate',
  learningRateInit: 'learningRate',
  eps: 'epsilon',
  lrDecay: 'learningRateDecay',
  accumulator: 'initialAccumulatorValue',
  betas: 'beta1',
  // PyTorch's name for what RMSProp keeps.
  alpha: 'rho',
  smoothing: 'rho',
  decay: 'weightDecay',
  nesterovsMomentum: 'nesterov',
  useNesterov: 'nesterov',
  amsgrad: '',
  centered: '',
};
