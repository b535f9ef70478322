import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { ActivationConfig } from '../../../layers/activation.js';
import { writeActivation } from '../activations.js';
import type { OnnxLayer } from '../definition.js';

/** The operators of the activation alone. */
export const activation: OnnxLayer<ActivationConfig> = {
  type: 'activation',
  write: ({ activation }, x, site) => writeActivation(activation as CompleteActivation, x, site),
};
