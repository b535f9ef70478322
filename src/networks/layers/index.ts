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

/**
 * The layers. Each function checks its options and returns plain data with all defaults, so layers
 * can be written to JSON and used in any number of models.
 *
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` or `ERR_SHAPE` for options that do not
 *   fit
 * @example
 * ```ts
 * import { layers, sequential } from 'steepest';
 * const model = sequential({
 *   layers: [
 *     layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
 *     layers.maxPool2d(),
 *     layers.flatten(),
 *     layers.dense({ units: 10, activation: 'softmax' }),
 *   ],
 * });
 * console.log(model.predictSync(new Float32Array(784)).shape); // [ 1, 10 ]
 * ```
 */
export const layers = {
  /**
   * y = f(x·W + b), with f the `activation`: rows of [inputs] become rows of [units]. W has the
   * shape [inputs, units], b [units].
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.dense({ units: 2, kernelInitializer: 'ones', inputShape: [3] });
   * const model = sequential({ layers: [layer] });
   * console.log(model.predictSync([1, 2, 3]).toArray()); // [ [ 6, 6 ] ]
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
  /**
   * In training sets a fraction `rate` of its inputs to 0 and divides the others by 1 − rate;
   * passes its inputs through otherwise. The shape stays. (Srivastava et al. 2014)
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dropout({ rate: 0.5, inputShape: [2] })] });
   * console.log(model.predictSync([1, 2]).toArray()); // [ [ 1, 2 ] ]
   * ```
   */
  dropout: register<DropoutConfig>(dropout, ['rate']),
  /**
   * y = f(x), element by element; softmax over the columns of each row. The shape stays.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.activation({ activation: 'relu', inputShape: [2] });
   * const model = sequential({ layers: [layer] });
   * console.log(model.predictSync([-1, 2]).toArray()); // [ [ 0, 2 ] ]
   * ```
   */
  activation: register<ActivationConfig>(activation, ['activation']),
  /**
   * y = x·scale + offset. The shape stays. As the first layer it is computed while a mini-batch is
   * gathered, so that uint8 images stay uint8 in memory.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.rescaling({ scale: 1 / 4, offset: 1, inputShape: [2] });
   * const model = sequential({ layers: [layer] });
   * console.log(model.predictSync([0, 2]).toArray()); // [ [ 1, 1.5 ] ]
   * ```
   */
  rescaling: register<RescalingConfig>(rescaling, ['scale', 'offset']),
  /**
   * In training mirrors each image with probability ½, along each axis that `mode` names; passes
   * images [height, width, channels] through otherwise.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const flip = layers.randomFlip({ mode: 'horizontal', inputShape: [28, 28, 1] });
   * const model = sequential({ layers: [flip, layers.flatten(), layers.dense({ units: 10 })] });
   * console.log(model.predictSync(new Float32Array(784)).shape); // [ 1, 10 ]
   * ```
   */
  randomFlip: optional(register<RandomFlipConfig>(randomFlip, ['mode'])),
  /**
   * In training shifts each image [height, width, channels] by a random number of whole pixels, at
   * most the given fractions of its height and width; passes images through otherwise.
   * @example
   * ```ts
   * import { layers } from 'steepest';
   * const layer = layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.2 });
   * console.log(layer.widthFactor, layer.fillMode); // [ -0.2, 0.2 ] reflect
   * ```
   */
  randomTranslation: register<RandomTranslationConfig>(randomTranslation, [
    'heightFactor',
    'widthFactor',
    'fillMode',
    'fillValue',
  ]),
  /**
   * Crops height × width pixels from each image: in training at a random position, otherwise from
   * the centre. [height, width, channels] becomes a smaller image.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.randomCrop({ height: 1, width: 1, inputShape: [3, 3, 1] });
   * const model = sequential({ layers: [layer] });
   * console.log([...model.predictSync([1, 2, 3, 4, 5, 6, 7, 8, 9]).data]); // [ 5 ]
   * ```
   */
  randomCrop: register<RandomCropConfig>(randomCrop, ['height', 'width']),
  /**
   * Convolution: images [height, width, channels] become images [height′, width′, filters], with f
   * the `activation` and a kernel [kernel height, kernel width, channels / groups, filters]. With
   * padding `'valid'`, height′ = ⌊(height − kernel height) / stride⌋ + 1; with `'same'`, height′ =
   * ⌈height / stride⌉.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1] });
   * const model = sequential({ layers: [layer] });
   * console.log(model.predictSync(new Float32Array(784)).shape); // [ 1, 26, 26, 8 ]
   * ```
   */
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
  /**
   * The largest element of each window of each channel: images [height, width, channels] become
   * images of a part of the height and width. By default windows are 2 × 2 and do not overlap.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.maxPool2d({ inputShape: [2, 4, 1] })] });
   * console.log([...model.predictSync([1, 2, 3, 4, 5, 6, 7, 8]).data]); // [ 6, 8 ]
   * ```
   */
  maxPool2d: optional(register<MaxPool2dConfig>(maxPool2d, ['poolSize', 'strides', 'padding'])),
  /**
   * The mean of each window of each channel: images [height, width, channels] become images of a
   * part of the height and width. Pixels outside the image (padding `'same'`) do not count.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.averagePool2d({ inputShape: [2, 4, 1] })] });
   * console.log([...model.predictSync([1, 2, 3, 4, 5, 6, 7, 8]).data]); // [ 3.5, 5.5 ]
   * ```
   */
  averagePool2d: optional(register<AveragePool2dConfig>(averagePool2d, ['poolSize', 'strides', 'padding'])),
  /**
   * The mean of each channel: images [height, width, channels] become rows of [channels].
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.globalAveragePool2d({ inputShape: [2, 2, 1] })] });
   * console.log(model.predictSync([1, 2, 3, 6]).toArray()); // [ [ 3 ] ]
   * ```
   */
  globalAveragePool2d: optional(register<GlobalAveragePool2dConfig>(globalAveragePool2d, [])),
  /**
   * Makes images [height, width, channels] rows of [height·width·channels]. The numbers and their
   * order stay the same.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.flatten({ inputShape: [28, 28, 1] })] });
   * console.log(model.predictSync(new Float32Array(784)).shape); // [ 1, 784 ]
   * ```
   */
  flatten: optional(register<FlattenConfig>(flatten, [])),
  /**
   * Gives samples another shape, `[columns]` or `[height, width, channels]`. The numbers and their
   * order stay the same.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.reshape({ targetShape: [28, 28, 1], inputShape: [784] });
   * const model = sequential({ layers: [layer] });
   * console.log(model.predictSync(new Float32Array(784)).shape); // [ 1, 28, 28, 1 ]
   * ```
   */
  reshape: register<ReshapeConfig>(reshape, ['targetShape']),
  /**
   * (x − mean)/√(variance + epsilon)·gamma + beta, for each column of rows and each channel of
   * images: in training by the mean and variance of the mini-batch, otherwise by their moving
   * averages. The shape stays. (Ioffe & Szegedy 2015)
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.batchNorm({ momentum: 0.9, inputShape: [4] })] });
   * console.log(model.getWeights().map(({ shape }) => shape[0])); // [ 4, 4, 4, 4 ]
   * ```
   */
  batchNorm: optional(register<BatchNormConfig>(batchNorm, ['momentum', ...NORM_OPTIONS])),
  /**
   * (x − mean)/√(variance + epsilon)·gamma + beta over the columns of each row, or the channels of
   * each pixel. The shape stays. (Ba, Kiros & Hinton 2016)
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.layerNorm({ epsilon: 1e-7, inputShape: [4] })] });
   * const [row = []] = model.predictSync([1, 1, 5, 5]).toArray();
   * console.log(row.map(Math.round)); // [ -1, -1, 1, 1 ]
   * ```
   */
  layerNorm: optional(register<LayerNormConfig>(layerNorm, NORM_OPTIONS)),
  /**
   * y = x if x > 0, else alpha·x, with a learned alpha for each column of rows and each channel of
   * images. The shape stays. (He, Zhang, Ren & Sun 2015)
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const alphaInitializer = { name: 'constant', value: 0.5 } as const;
   * const model = sequential({ layers: [layers.prelu({ alphaInitializer, inputShape: [2] })] });
   * console.log(model.predictSync([-4, 4]).toArray()); // [ [ -2, 4 ] ]
   * ```
   */
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
