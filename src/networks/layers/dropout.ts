import { checkNumber } from '../../core/check.js';
import { DropoutNode } from '../nodes/dropout.js';
import type { LayerConfig, LayerDefinition } from './definition.js';

export interface DropoutConfig extends LayerConfig {
  type: 'dropout';
  /** Fraction of elements set to 0 in training, 0 ≤ rate < 1. */
  rate: number;
}

/**
 * In training it sets a random fraction of its inputs to 0 and scales up the rest; otherwise it
 * passes all through.
 */
export const dropout: LayerDefinition<DropoutConfig> = {
  type: 'dropout',
  complete: (config) => ({
    ...config,
    rate: checkNumber(
      'dropout.rate',
      config.rate,
      'a number of at least 0 and below 1',
      (v) => v >= 0 && v < 1,
    ),
  }),
  outputShape: (_config, { inputShape }) => [...inputShape],
  lower: ({ rate }, { name, inputCols, seed, index }) => [
    new DropoutNode(name, inputCols, rate, seed, index),
  ],
};
