import { type Activation, type CompleteActivation, completeActivation } from '../../kernels/activations.js';
import { activationNodes } from './activationNodes.js';
import type { LayerConfig, LayerDefinition } from './definition.js';

export interface ActivationConfig extends LayerConfig {
  type: 'activation';
  activation: Activation;
}

/** y = f(x), element by element (softmax: row by row). */
export const activation: LayerDefinition<ActivationConfig> = {
  type: 'activation',
  complete: (config) => ({
    ...config,
    activation: completeActivation('activation.activation', config.activation),
  }),
  outputShape: (_config, { inputShape }) => [...inputShape],
  lower: (config, { name, inputCols, inputShape }) =>
    activationNodes(config.activation as CompleteActivation, name, inputCols, inputShape),
};
