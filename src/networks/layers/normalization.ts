import { checkBoolean, checkNumber, orDefault } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { completeInitializer, type Initializer } from '../initializers/index.js';
import type { LayerContext } from './definition.js';
import { parameterOf, type TrainedLayerConfig } from './parameter.js';
import { completeRegularizer, type Regularizer } from './regularizer.js';

/** What normalization layers have in common. */
export interface NormConfig extends TrainedLayerConfig {
  /** Added to the variance to prevent division by 0. Default 1e-3. */
  epsilon?: number;
  /** Whether to add a learned beta. Default true. */
  center?: boolean;
  /** Whether to multiply by a learned gamma. Default true. */
  scale?: boolean;
  /** Default `'zeros'`. */
  betaInitializer?: Initializer;
  /** Default `'ones'`. */
  gammaInitializer?: Initializer;
  /** Adds l1·Σ|w| + l2·Σw² to the loss. */
  betaRegularizer?: Regularizer;
  gammaRegularizer?: Regularizer;
}

/** Fills in Keras's defaults and checks the options. */
export function completeNorm<C extends NormConfig>(config: C): C {
  const { type } = config;
  return {
    ...config,
    epsilon: checkNumber(
      `${type}.epsilon`,
      orDefault(config.epsilon, 1e-3),
      'a number above 0',
      (v) => v > 0,
    ),
    center: checkBoolean(`${type}.center`, orDefault(config.center, true)),
    scale: checkBoolean(`${type}.scale`, orDefault(config.scale, true)),
    betaInitializer: completeInitializer(
      `${type}.betaInitializer`,
      orDefault(config.betaInitializer, 'zeros'),
    ),
    gammaInitializer: completeInitializer(
      `${type}.gammaInitializer`,
      orDefault(config.gammaInitializer, 'ones'),
    ),
    betaRegularizer: completeRegularizer(`${type}.betaRegularizer`, config.betaRegularizer),
    gammaRegularizer: completeRegularizer(`${type}.gammaRegularizer`, config.gammaRegularizer),
  };
}

/** @throws SteepestError `ERR_SHAPE` unless samples are rows or images */
export function normOutputShape(
  { type }: NormConfig,
  { name, inputShape }: Pick<LayerContext, 'name' | 'inputShape'>,
): number[] {
  if (inputShape.length === 1 || inputShape.length === 3) return [...inputShape];
  throw new SteepestError('ERR_SHAPE', {
    expected: `rows [columns] or images [height, width, channels] as input of layer ${name}`,
    given: `[${inputShape.join(', ')}]`,
    hint: `Put layers.reshape() before ${type}.`,
  });
}

type ChannelContext = Pick<LayerContext, 'name' | 'inputShape' | 'trainable' | 'learningRateScale'>;

/** An array with one number per channel. */
export function channelParameter(
  context: ChannelContext,
  array: string,
  spec: { initializer: Initializer; regularizer?: Regularizer | undefined },
): ParameterSpec {
  const cols = context.inputShape.at(-1) as number;
  return parameterOf(context, array, { rows: 1, cols, shape: [cols], fanIn: cols, fanOut: cols, ...spec });
}

/** gamma and beta of a complete configuration. */
export function affineParameters(config: NormConfig, context: ChannelContext) {
  const { scale, center, gammaInitializer, betaInitializer, gammaRegularizer, betaRegularizer } = config;
  const make = (array: string, initializer: Initializer, regularizer: Regularizer | undefined) =>
    channelParameter(context, array, { initializer, regularizer });
  return {
    gamma: scale ? make('gamma', gammaInitializer as Initializer, gammaRegularizer) : undefined,
    beta: center ? make('beta', betaInitializer as Initializer, betaRegularizer) : undefined,
  };
}
