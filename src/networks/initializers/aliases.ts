import type { Aliases } from '../../core/nearest.js';

/** Names of initializers in Keras and PyTorch. */
export const INITIALIZER_ALIASES: Aliases = {
  glorot: 'glorotUniform',
  xavier: 'glorotUniform',
  xavierUniform: 'glorotUniform',
  xavierNormal: 'glorotNormal',
  he: 'heUniform',
  kaiming: 'heUniform',
  kaimingUniform: 'heUniform',
  kaimingNormal: 'heNormal',
  lecun: 'lecunUniform',
  uniform: 'randomUniform',
  normal: 'randomNormal',
  gaussian: 'randomNormal',
  zero: 'zeros',
  one: 'ones',
  eye: 'identity',
  const: 'constant',
  truncNormal: 'truncatedNormal',
  // Initializers that do not exist here.
  dirac: '',
  sparse: '',
};

/** Names of their hyperparameters in the same libraries. */
export const INITIALIZER_HYPERPARAMETER_ALIASES: Aliases = {
  std: 'stddev',
  sigma: 'stddev',
  standardDeviation: 'stddev',
  mu: 'mean',
  low: 'minval',
  min: 'minval',
  high: 'maxval',
  max: 'maxval',
  val: 'value',
  factor: 'scale',
  seed: '',
};
