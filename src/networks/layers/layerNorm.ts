import { LayerNormNode } from '../nodes/layerNorm.js';
import type { LayerDefinition } from './definition.js';
import { affineParameters, completeNorm, type NormConfig, normOutputShape } from './normalization.js';

export interface LayerNormConfig extends NormConfig {
  type: 'layerNorm';
}

/**
 * Normalises the channels of each pixel, or the columns of each row: (x − mean)/√(variance +
 * epsilon)·gamma + beta, in training and otherwise. (Ba, Kiros & Hinton 2016; Keras's
 * LayerNormalization with axis −1.)
 */
export const layerNorm: LayerDefinition<LayerNormConfig> = {
  type: 'layerNorm',
  complete: completeNorm,
  outputShape: normOutputShape,
  lower(config, context) {
    const { epsilon } = config as Required<LayerNormConfig>;
    return [new LayerNormNode(context.name, context.inputShape, affineParameters(config, context), epsilon)];
  },
};
