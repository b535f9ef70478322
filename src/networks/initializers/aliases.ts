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
  // Initializers of fixed width, whatever the fan-in.
  uniform: '',
  normal: '',
  randomUniform: '',
  randomNormal: '',
  truncatedNormal: '',
  orthogonal: '',
  identity: '',
};
