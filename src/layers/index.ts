import { unknownName } from '../core/errors.js';
import { type ActivationConfig, activation } from './activation.js';
import { type BatchNormConfig, batchNorm } from './batchNorm.js';
import { checkKeys } from './check.js';
import { type Conv2dConfig, conv2d } from './conv2d.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { type DenseConfig, dense } from './dense.js';
import { type DropoutConfig, dropout } from './dropout.js';
import { type LayerNormConfig, layerNorm } from './layerNorm.js';
import {
  type AveragePool2dConfig,
  averagePool2d,
  type GlobalAveragePool2dConfig,
  globalAveragePool2d,
  type MaxPool2dConfig,
  maxPool2d,
} from './pool2d.js';
import { type RandomCropConfig, randomCrop } from './randomCrop.js';
import { type RandomFlipConfig, randomFlip } from './randomFlip.js';
import { type RandomTranslationConfig, randomTranslation } from './randomTranslation.js';
import { type RescalingConfig, rescaling } from './rescaling.js';
import { type FlattenConfig, flatten, type ReshapeConfig, reshape } from './reshape.js';

/** The registry: one line per type of layer, with the options it knows. */
const LAYERS = new Map<string, { definition: LayerDefinition; options: readonly string[] }>();
function register<C extends LayerConfig>(
  definition: LayerDefinition<C>,
  options: readonly Exclude<keyof C, keyof LayerConfig>[],
): (config: Omit<C, 'type'>) => C {
  LAYERS.set(definition.type, {
    definition: definition as unknown as LayerDefinition,
    options: ['type', 'name', 'inputShape', ...(options as readonly string[])],
  });
  return (config) => completeLayer({ ...config, type: definition.type } as C) as C;
}

/** A layer all of whose options have defaults may be made without any. */
function optional<C extends LayerConfig>(make: (config: Omit<C, 'type'>) => C) {
  return (config: Omit<C, 'type'> = {} as Omit<C, 'type'>): C => make(config);
}

/** Options of layers that normalise. */
const NORM_OPTIONS = [
  'epsilon',
  'center',
  'scale',
  'betaInitializer',
  'gammaInitializer',
  'betaRegularizer',
  'gammaRegularizer',
] as const;

/** The layers. Each returns plain data, complete and checked. */
export const layers = {
  /** y = f(x·W + b). */
  dense: register<DenseConfig>(dense, [
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
  ]),
  /** Drops a share of its inputs in training. */
  dropout: register<DropoutConfig>(dropout, ['rate']),
  /** y = f(x). */
  activation: register<ActivationConfig>(activation, ['activation']),
  /** y = x·scale + offset. */
  rescaling: register<RescalingConfig>(rescaling, ['scale', 'offset']),
  /** Mirrors a random half of the images in training. */
  randomFlip: optional(register<RandomFlipConfig>(randomFlip, ['mode'])),
  /** Shifts images by a random number of pixels in training. */
  randomTranslation: register<RandomTranslationConfig>(randomTranslation, [
    'heightFactor',
    'widthFactor',
    'fillMode',
    'fillValue',
  ]),
  /** Cuts a random part out of each image in training, the middle otherwise. */
  randomCrop: register<RandomCropConfig>(randomCrop, ['height', 'width']),
  /** Convolution of images [height, width, channels]. */
  conv2d: register<Conv2dConfig>(conv2d, [
    'filters',
    'kernelSize',
    'strides',
    'padding',
    'dilationRate',
    'groups',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
  ]),
  /** The largest element of each window. */
  maxPool2d: optional(register<MaxPool2dConfig>(maxPool2d, ['poolSize', 'strides', 'padding'])),
  /** The mean of each window. */
  averagePool2d: optional(register<AveragePool2dConfig>(averagePool2d, ['poolSize', 'strides', 'padding'])),
  /** The mean of each channel. */
  globalAveragePool2d: optional(register<GlobalAveragePool2dConfig>(globalAveragePool2d, [])),
  /** Images to rows. */
  flatten: optional(register<FlattenConfig>(flatten, [])),
  /** The same numbers as samples of another shape. */
  reshape: register<ReshapeConfig>(reshape, ['targetShape']),
  /** Normalises each channel, or column, over the mini-batch. */
  batchNorm: optional(register<BatchNormConfig>(batchNorm, ['momentum', ...NORM_OPTIONS])),
  /** Normalises the channels of each pixel, or the columns of each row. */
  layerNorm: optional(register<LayerNormConfig>(layerNorm, NORM_OPTIONS)),
};

/** @throws SteepestError `ERR_UNKNOWN_NAME` */
export function layerDefinition(type: string): LayerDefinition {
  return (LAYERS.get(type) ?? unknownName('layer type', type, LAYERS.keys())).definition;
}

/** Checks a layer's configuration, known options and values, and fills in defaults. */
export function completeLayer(config: LayerConfig): LayerConfig {
  const entry = LAYERS.get(config?.type) ?? unknownName('layer type', config?.type, LAYERS.keys());
  checkKeys(`layers.${config.type}`, config, entry.options);
  return entry.definition.complete(config);
}
