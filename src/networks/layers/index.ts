import { checkKeys, checkOptions } from '../../core/check.js';
import { fieldsOf } from '../../core/definition.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type ActivationConfig, activation } from './activation.js';
import { LAYER_ALIASES, OPTION_ALIASES } from './aliases.js';
import { type BatchNormConfig, batchNorm } from './batchNorm.js';
import { type Conv2dConfig, conv2d } from './conv2d.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { type DenseConfig, dense } from './dense.js';
import { type DropoutConfig, dropout } from './dropout.js';
import { type LayerNormConfig, layerNorm } from './layerNorm.js';
import { CONSTRAINT_OPTIONS, completeTraining, TRAINED_OPTIONS } from './parameter.js';
import {
  type AveragePool2dConfig,
  averagePool2d,
  type GlobalAveragePool2dConfig,
  globalAveragePool2d,
  type MaxPool2dConfig,
  maxPool2d,
} from './pool2d.js';
import { type PreluConfig, prelu } from './prelu.js';
import { type RandomCropConfig, randomCrop } from './randomCrop.js';
import { type RandomFlipConfig, randomFlip } from './randomFlip.js';
import { type RandomTranslationConfig, randomTranslation } from './randomTranslation.js';
import { type RescalingConfig, rescaling } from './rescaling.js';
import { type FlattenConfig, flatten, type ReshapeConfig, reshape } from './reshape.js';

/** The registry: one line per layer type, with its options. */
const LAYERS = new Map<string, { definition: LayerDefinition; options: readonly string[] }>();
function register<C extends LayerConfig>(
  definition: LayerDefinition<C>,
  options: readonly Exclude<keyof C, keyof LayerConfig>[],
): (config: Omit<C, 'type'>) => C {
  LAYERS.set(definition.type, {
    definition: definition as unknown as LayerDefinition,
    options: ['type', 'name', 'inputShape', ...(options as readonly string[])],
  });
  const { type } = definition;
  return (config) => {
    checkMaking(type, config, options[0] as string | undefined);
    return completeLayer({ ...fieldsOf(`layers.${type}`, config), type } as C) as C;
  };
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for values that are not objects of options, or options of
 *   another layer type
 */
function checkMaking(type: string, options: unknown, first: string | undefined): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject) {
    const value = typeof options === 'number' || typeof options === 'string' ? show(options) : '…';
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `options of layers.${type} as an object`,
      given: show(options),
      hint: first === undefined ? `Write layers.${type}().` : `Write layers.${type}({ ${first}: ${value} }).`,
    });
  }
  const { type: given } = checkOptions(`options of layers.${type}`, options);
  if (given === undefined || given === type) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `options of layers.${type}`,
    given: `type: ${show(given)}`,
    hint: `Leave type out: layers.${type} sets it.`,
  });
}

/** Options are optional if all of them have defaults. */
function optional<C extends LayerConfig>(make: (config: Omit<C, 'type'>) => C) {
  return (config: Omit<C, 'type'> = {} as Omit<C, 'type'>): C => make(config);
}

/** Options of normalization layers. */
const NORM_OPTIONS = [
  'epsilon',
  'center',
  'scale',
  'betaInitializer',
  'gammaInitializer',
  'betaRegularizer',
  'gammaRegularizer',
  ...TRAINED_OPTIONS,
] as const;

/** The layers. Each function returns plain data, complete and checked. */
export const layers = {
  /**
   * y = f(x·W + b): [inputs] → [units].
   * @example
   * ```ts
   * import { layers } from 'steepest';
   * const layer = layers.dense({ units: 3, activation: 'relu' });
   * console.log(layer.units, layer.useBias); // 3 true
   * ```
   */
  dense: register<DenseConfig>(dense, [
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
    ...CONSTRAINT_OPTIONS,
    ...TRAINED_OPTIONS,
  ]),
  /** Sets a fraction of its inputs to 0 in training. */
  dropout: register<DropoutConfig>(dropout, ['rate']),
  /** y = f(x). */
  activation: register<ActivationConfig>(activation, ['activation']),
  /** y = x·scale + offset. */
  rescaling: register<RescalingConfig>(rescaling, ['scale', 'offset']),
  /** Mirrors each image with probability ½ in training. */
  randomFlip: optional(register<RandomFlipConfig>(randomFlip, ['mode'])),
  /** Shifts images by a random number of pixels in training. */
  randomTranslation: register<RandomTranslationConfig>(randomTranslation, [
    'heightFactor',
    'widthFactor',
    'fillMode',
    'fillValue',
  ]),
  /** Crops a random part of each image in training, and the centre otherwise. */
  randomCrop: register<RandomCropConfig>(randomCrop, ['height', 'width']),
  /** Convolution of images [height, width, channels]. */
  conv2d: register<Conv2dConfig>(conv2d, [
    'filters',
    'kernelSize',
    'strides',
    'padding',
    'dilationRate',
    'groups',
    'winograd',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
    ...CONSTRAINT_OPTIONS,
    ...TRAINED_OPTIONS,
  ]),
  /** The largest element of each window. */
  maxPool2d: optional(register<MaxPool2dConfig>(maxPool2d, ['poolSize', 'strides', 'padding'])),
  /** The mean of each window. */
  averagePool2d: optional(register<AveragePool2dConfig>(averagePool2d, ['poolSize', 'strides', 'padding'])),
  /** The mean of each channel. */
  globalAveragePool2d: optional(register<GlobalAveragePool2dConfig>(globalAveragePool2d, [])),
  /** Flattens images to rows. */
  flatten: optional(register<FlattenConfig>(flatten, [])),
  /** Gives samples another shape. */
  reshape: register<ReshapeConfig>(reshape, ['targetShape']),
  /** Normalises each channel, or column, over the mini-batch. */
  batchNorm: optional(register<BatchNormConfig>(batchNorm, ['momentum', ...NORM_OPTIONS])),
  /** Normalises the channels of each pixel, or the columns of each row. */
  layerNorm: optional(register<LayerNormConfig>(layerNorm, NORM_OPTIONS)),
  /** y = x if x > 0, else alpha·x, with a learned alpha per channel or column. */
  prelu: optional(register<PreluConfig>(prelu, ['alphaInitializer', 'alphaRegularizer', ...TRAINED_OPTIONS])),
};

/** @throws SteepestError `ERR_UNKNOWN_NAME` */
export function layerDefinition(type: string): LayerDefinition {
  return layerEntry(type).definition;
}

/** Names of all options of a layer type. @throws SteepestError `ERR_UNKNOWN_NAME` */
export const layerOptions = (type: string): readonly string[] => layerEntry(type).options;

function layerEntry(type: unknown) {
  const entry = LAYERS.get(type as string);
  return entry ?? unknownName('layer type', type, LAYERS.keys(), LAYER_ALIASES);
}

/** Checks a layer's options and fills in defaults. */
export function completeLayer(config: LayerConfig): LayerConfig {
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  if (!isObject) refuseLayer(config);
  const fields = fieldsOf('layers', config) as unknown as LayerConfig;
  const entry = layerEntry(fields.type);
  const hasParameters = entry.options.includes(TRAINED_OPTIONS[0]);
  if (!hasParameters) refuseTraining(fields, entry.options);
  checkKeys(`layers.${fields.type}`, fields, entry.options, OPTION_ALIASES);
  return entry.definition.complete(hasParameters ? completeTraining(fields) : fields);
}

/** Options that layers with parameters have. @throws SteepestError `ERR_UNKNOWN_NAME` */
function refuseTraining(fields: LayerConfig, options: readonly string[]): void {
  const given = TRAINED_OPTIONS.find((option) => option in fields);
  if (given === undefined) return;
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `layers.${fields.type} to have only ${options.join(', ')}`,
    given: show(given),
    hint: 'Leave it out: the layer has no parameters.',
  });
}

function refuseLayer(given: unknown): never {
  const isUncalled = typeof given === 'function';
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'every layer to be an object that a function of layers returns',
    given: show(given),
    hint: isUncalled ? 'Call it: layers.flatten().' : 'Write a layer such as layers.dense({ units: 1 }).',
  });
}
