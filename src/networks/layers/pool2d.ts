import { orDefault } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { type ImageShape, NO_PADDING } from '../../program/images.js';
import { AveragePool2dNode, MaxPool2dNode, type Pooling } from '../nodes/pool2d.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import {
  completePair,
  imageInput,
  PADDING_MODES,
  type PaddingMode,
  type Pair,
  slideOver,
} from './spatial.js';

interface Pool2dOptions extends LayerConfig {
  /** Default 2. */
  poolSize?: Pair;
  /** Default: poolSize. */
  strides?: Pair;
  /** Default `'valid'`. With `'same'`, windows extend past the edge; only elements inside count. */
  padding?: PaddingMode;
}
export interface MaxPool2dConfig extends Pool2dOptions {
  type: 'maxPool2d';
}
export interface AveragePool2dConfig extends Pool2dOptions {
  type: 'averagePool2d';
}
export interface GlobalAveragePool2dConfig extends LayerConfig {
  type: 'globalAveragePool2d';
}

/** The position of a window's largest element is stored in a byte. */
const MOST_ELEMENTS = 256;

function complete<C extends Pool2dOptions & { type: string }>(config: C): C {
  const padding = orDefault(config.padding, 'valid');
  if (!PADDING_MODES.includes(padding)) unknownName(`${config.type}.padding`, padding, PADDING_MODES);
  const poolSize = completePair(`${config.type}.poolSize`, orDefault(config.poolSize, 2));
  const strides = completePair(`${config.type}.strides`, orDefault(config.strides, poolSize));
  if (config.type === 'maxPool2d' && poolSize[0] * poolSize[1] > MOST_ELEMENTS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `maxPool2d windows of at most ${MOST_ELEMENTS} elements`,
      given: `${poolSize[0]} × ${poolSize[1]}`,
      hint: 'Use two pooling layers with smaller windows.',
    });
  }
  return { ...config, poolSize, strides, padding };
}

function pooling(name: string, config: Pool2dOptions, inputShape: readonly number[]): Pooling {
  const input = imageInput(name, inputShape);
  const pool = config.poolSize as [number, number];
  const strides = config.strides as [number, number];
  const { height, width, padding } = slideOver(name, input, pool, strides, config.padding as PaddingMode);
  return { input, output: [height, width, input[2]], pool, strides, padding };
}

/** The largest element of each window. */
export const maxPool2d: LayerDefinition<MaxPool2dConfig> = {
  type: 'maxPool2d',
  complete,
  outputShape: (config, { name, inputShape }) => [...pooling(name, config, inputShape).output],
  lower: (config, { name, inputShape }) => [new MaxPool2dNode(name, pooling(name, config, inputShape))],
};

/** The mean of each window. */
export const averagePool2d: LayerDefinition<AveragePool2dConfig> = {
  type: 'averagePool2d',
  complete,
  outputShape: (config, { name, inputShape }) => [...pooling(name, config, inputShape).output],
  lower: (config, { name, inputShape }) => [new AveragePool2dNode(name, pooling(name, config, inputShape))],
};

/** The mean of each channel: leaves one number per channel. */
export const globalAveragePool2d: LayerDefinition<GlobalAveragePool2dConfig> = {
  type: 'globalAveragePool2d',
  complete: (config) => config,
  outputShape: (_config, { name, inputShape }) => [imageInput(name, inputShape)[2]],
  lower(_config, { name, inputShape }) {
    const input: ImageShape = imageInput(name, inputShape);
    const pool = [input[0], input[1]] as const;
    const sizes = { input, output: [1, 1, input[2]] as const, pool, strides: pool, padding: NO_PADDING };
    return [new AveragePool2dNode(name, sizes)];
  },
};
