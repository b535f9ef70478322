import type { Aliases } from '../../core/nearest.js';

/** Names of optimizers in Keras, PyTorch and scikit-learn. */
export const OPTIMIZER_ALIASES: Aliases = {
  gradientDescent: 'sgd',
  stochasticGradientDescent: 'sgd',
  momentum: 'sgd',
  nesterov: 'sgd',
  // Optimizers that do not exist here.
  radam: '',
  ftrl: '',
  lbfgs: '',
  rprop: '',
  asgd: '',
};

/** Names of their hyperparameters in the same libraries; each applies if the optimizer has ours. */
export const HYPERPARAMETER_ALIASES: Aliases = {
  lr: 'learningRate',
  eta: 'learningRate',
  eta0: 'learningRate',
  learningRateInit: 'learningRate',
  eps: 'epsilon',
  lrDecay: 'learningRateDecay',
  accumulator: 'initialAccumulatorValue',
  betas: 'beta1',
  // PyTorch's name for RMSProp's decay rate.
  alpha: 'rho',
  smoothing: 'rho',
  decay: 'weightDecay',
  lambda: 'weightDecay',
  nesterovsMomentum: 'nesterov',
  useNesterov: 'nesterov',
  gradientClipValue: 'clipValue',
  gradientClipVal: 'globalClipNorm',
  gradientClipNorm: 'globalClipNorm',
  maxGradNorm: 'globalClipNorm',
  maxNorm: 'globalClipNorm',
  gradientAccumulationSteps: 'accumulateSteps',
  accumulateGradBatches: 'accumulateSteps',
  accumulationSteps: 'accumulateSteps',
};
