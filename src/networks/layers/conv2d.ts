import { checkBoolean, checkNumber, orDefault } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { type Activation, type CompleteActivation, completeActivation } from '../../kernels/activations.js';
import { completeInitializer, type Initializer } from '../initializers/index.js';
import { Conv2dNode } from '../nodes/conv2d.js';
import { type Convolution, WINOGRAD_SIDES, type WinogradSide } from '../nodes/winograd.js';
import { activationNodes } from './activationNodes.js';
import type { LayerDefinition } from './definition.js';
import {
  type ConstrainedConfig,
  completeConstraints,
  parameterOf,
  type TrainedLayerConfig,
} from './parameter.js';
import { completeRegularizer, type Regularizer } from './regularizer.js';
import {
  checkSide,
  completePair,
  imageInput,
  PADDING_MODES,
  type PaddingMode,
  type Pair,
  slideOver,
} from './spatial.js';

export interface Conv2dConfig extends TrainedLayerConfig, ConstrainedConfig {
  type: 'conv2d';
  /** Number of output channels. */
  filters: number;
  kernelSize: Pair;
  /** Default 1. */
  strides?: Pair;
  /** Default `'valid'`. */
  padding?: PaddingMode;
  /** Distance in pixels between taps of the kernel. Default 1. */
  dilationRate?: Pair;
  /**
   * Number of groups that channels and filters are divided into; each filter reads only the
   * channels of its group. Groups = channels makes a depthwise convolution. Default 1.
   */
  groups?: number;
  /**
   * Largest side of the squares of outputs that training computes together by Winograd's minimal
   * filtering, for kernels of 3 × 3, strides of 1 and enough channels: 4, 2, or 0 for plain sums. 4
   * takes the fewest products, and rounds about twice as far as plain sums. Default 4.
   */
  winograd?: WinogradSide;
  /** Default `'linear'`. */
  activation?: Activation;
  /** Default true. */
  useBias?: boolean;
  /** Default `'glorotUniform'`. */
  kernelInitializer?: Initializer;
  /** Default `'zeros'`. */
  biasInitializer?: Initializer;
  /** Adds l1·Σ|w| + l2·Σw² to the loss. */
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
}

const isSide = (side: number): boolean => WINOGRAD_SIDES.some((known) => known === side);

type Complete = Required<Omit<Conv2dConfig, 'name' | 'inputShape' | keyof TrainedLayerConfig>>;

function convolution(name: string, config: Complete, inputShape: readonly number[]): Convolution {
  const input = imageInput(name, inputShape);
  const kernel = completePair('conv2d.kernelSize', config.kernelSize);
  const strides = completePair('conv2d.strides', config.strides);
  const dilation = completePair('conv2d.dilationRate', config.dilationRate);
  const { filters, groups, padding: mode, winograd } = config;
  if (input[2] % groups !== 0 || filters % groups !== 0) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `channels and filters of layer ${name} to be multiples of its ${groups} groups`,
      given: `${input[2]} channels, ${filters} filters`,
      hint: 'Change groups or filters.',
    });
  }
  const reach = [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1] as const;
  const { height, width, padding } = slideOver(name, input, reach, strides, mode);
  return { input, output: [height, width, filters], kernel, strides, dilation, groups, padding, winograd };
}

/**
 * Convolution of images (cross-correlation, as in all such libraries); kernel [height, width,
 * channels / groups, filters].
 */
export const conv2d: LayerDefinition<Conv2dConfig> = {
  type: 'conv2d',

  complete(config) {
    const padding = orDefault(config.padding, 'valid');
    if (!PADDING_MODES.includes(padding)) unknownName('conv2d.padding', padding, PADDING_MODES);
    return {
      ...config,
      filters: checkSide('conv2d.filters', config.filters),
      kernelSize: completePair('conv2d.kernelSize', config.kernelSize),
      strides: completePair('conv2d.strides', orDefault(config.strides, 1)),
      padding,
      dilationRate: completePair('conv2d.dilationRate', orDefault(config.dilationRate, 1)),
      groups: checkSide('conv2d.groups', orDefault(config.groups, 1)),
      winograd: checkNumber(
        'conv2d.winograd',
        orDefault(config.winograd, 4),
        '0, 2 or 4',
        isSide,
      ) as WinogradSide,
      activation: completeActivation('conv2d.activation', orDefault(config.activation, 'linear')),
      useBias: checkBoolean('conv2d.useBias', orDefault(config.useBias, true)),
      kernelInitializer: completeInitializer(
        'conv2d.kernelInitializer',
        orDefault(config.kernelInitializer, 'glorotUniform'),
      ),
      biasInitializer: completeInitializer(
        'conv2d.biasInitializer',
        orDefault(config.biasInitializer, 'zeros'),
      ),
      kernelRegularizer: completeRegularizer('conv2d.kernelRegularizer', config.kernelRegularizer),
      biasRegularizer: completeRegularizer('conv2d.biasRegularizer', config.biasRegularizer),
      ...completeConstraints('conv2d', config, 4),
    };
  },

  outputShape: (config, { name, inputShape }) => [
    ...convolution(name, config as Complete, inputShape).output,
  ],

  lower(config, context) {
    const { name, inputShape } = context;
    const complete = config as Complete;
    const sizes = convolution(name, complete, inputShape);
    const activation = complete.activation as CompleteActivation;
    const [kernelH, kernelW] = sizes.kernel;
    const { filters } = complete;
    const inputs = sizes.input[2] / sizes.groups;
    const area = kernelH * kernelW;
    const fanIn = area * inputs;
    const kernel = parameterOf(context, 'kernel', {
      rows: fanIn,
      cols: filters,
      shape: [kernelH, kernelW, inputs, filters],
      initializer: complete.kernelInitializer,
      fanIn,
      fanOut: area * filters,
      regularizer: complete.kernelRegularizer,
      constraint: complete.kernelConstraint,
    });
    const bias = parameterOf(context, 'bias', {
      rows: 1,
      cols: filters,
      shape: [filters],
      initializer: complete.biasInitializer,
      fanIn,
      fanOut: filters,
      regularizer: complete.biasRegularizer,
      constraint: complete.biasConstraint,
    });
    const linear = { name: 'linear', alpha: 0 } as const;
    const node = new Conv2dNode(name, sizes, kernel, complete.useBias ? bias : undefined, linear);
    return [node, ...activationNodes(activation, `${name}.activation`, node.outputCols, sizes.output)];
  },
};
