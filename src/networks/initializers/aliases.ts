import type { Aliases } from '../../core/nearest.js';

/** Initializers by the names of Keras and PyTorch. */
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
  // Of one width whatever the fan.
  uniform: '',
  normal: '',
  randomUniform: '',
  randomNormal: '',
  truncatedNormal: '',
  orthogonal: '',
  identity: '',
};
