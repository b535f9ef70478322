import { checkNumber, orDefault } from '../../core/check.js';
import { BatchNormNode } from '../nodes/batchNorm.js';
import type { LayerDefinition } from './definition.js';
import {
  affineParameters,
  channelParameter,
  completeNorm,
  type NormConfig,
  normOutputShape,
} from './normalization.js';

export interface BatchNormConfig extends NormConfig {
  type: 'batchNorm';
  /**
   * Weight of the old value when a step updates the moving mean and variance, 0 to 1. Default 0.99.
   */
  momentum?: number;
}

/**
 * Normalises each channel of images, or each column of rows: (x − mean)/√(variance + epsilon)·gamma
 * + beta. In training it uses the mean and (biased) variance of the mini-batch and updates the
 * moving ones: moving·momentum + batch·(1 − momentum). Otherwise, and in training too if it is not
 * `trainable`, it uses the moving ones. (Ioffe & Szegedy 2015; Keras's BatchNormalization with axis
 * −1.)
 */
export const batchNorm: LayerDefinition<BatchNormConfig> = {
  type: 'batchNorm',
  complete: (config) => ({
    ...completeNorm(config),
    momentum: checkNumber(
      'batchNorm.momentum',
      orDefault(config.momentum, 0.99),
      'a number from 0 to 1',
      (v) => v >= 0 && v <= 1,
    ),
  }),
  outputShape: normOutputShape,
  lower(config, context) {
    const { momentum, epsilon } = config as Required<BatchNormConfig>;
    // They have no gradient: the node updates them itself.
    const moving = { ...context, trainable: false };
    const parameters = {
      ...affineParameters(config, context),
      mean: channelParameter(moving, 'movingMean', { initializer: 'zeros' }),
      variance: {
        ...channelParameter(moving, 'movingVariance', { initializer: 'ones' }),
        notNegative: true,
      },
    };
    const numbers = { momentum, epsilon, isFrozen: !context.trainable };
    return [new BatchNormNode(context.name, context.inputShape, parameters, numbers)];
  },
};
