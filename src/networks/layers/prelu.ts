import { orDefault } from '../../core/check.js';
import { completeInitializer, type Initializer, type InitializerName } from '../initializers/index.js';
import { PreluNode } from '../nodes/prelu.js';
import type { LayerDefinition } from './definition.js';
import { channelParameter, normOutputShape } from './normalization.js';
import type { TrainedLayerConfig } from './parameter.js';
import { completeRegularizer, type Regularizer } from './regularizer.js';

export interface PreluConfig extends TrainedLayerConfig {
  type: 'prelu';
  /** Default `'zeros'`. */
  alphaInitializer?: Initializer;
  /** Adds l1·Σ|alpha| + l2·Σalpha² to the loss. */
  alphaRegularizer?: Regularizer;
}

/**
 * y = x if x > 0, else alpha·x, with a learned alpha for each column of rows and for each channel of
 * images (He, Zhang, Ren & Sun 2015; Keras's PReLU with `shared_axes=[1, 2]`, PyTorch's with as many
 * parameters as channels).
 */
export const prelu: LayerDefinition<PreluConfig> = {
  type: 'prelu',
  complete: (config) => ({
    ...config,
    alphaInitializer: completeInitializer(
      'prelu.alphaInitializer',
      orDefault(config.alphaInitializer, 'zeros'),
    ),
    alphaRegularizer: completeRegularizer('prelu.alphaRegularizer', config.alphaRegularizer),
  }),
  outputShape: normOutputShape,
  lower({ alphaInitializer, alphaRegularizer }, context) {
    const alpha = channelParameter(context, 'alpha', {
      initializer: alphaInitializer as InitializerName,
      regularizer: alphaRegularizer,
    });
    return [new PreluNode(context.name, context.inputShape, alpha)];
  },
};
