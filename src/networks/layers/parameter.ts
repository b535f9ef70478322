import { checkBoolean, checkFloat32 } from '../../core/check.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { arrayConstraint, type Constraint, completeConstraint } from '../constraints/index.js';
import { checkInitializer, type Initializer } from '../initializers/index.js';
import type { LayerConfig, LayerContext } from './definition.js';
import type { Regularizer } from './regularizer.js';

/** The fields that every layer with parameters has besides its own. */
export interface TrainedLayerConfig extends LayerConfig {
  /**
   * Whether training changes the parameters. Default true. A layer that is not trained has no
   * gradients, no penalty in the loss and no optimizer arrays, and a batchNorm then normalises by
   * its moving mean and variance and leaves them as they are.
   */
  trainable?: boolean;
  /** Factor of the optimizer's learning rate for this layer, above 0. Default 1. */
  learningRateScale?: number;
}

/** Their names, for the registry. */
export const TRAINED_OPTIONS = ['trainable', 'learningRateScale'] as const;

/**
 * Checks the fields, and leaves out those that say the default, so that descriptions stay short.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function completeTraining<C extends TrainedLayerConfig>(config: C): C {
  const { trainable = true, learningRateScale = 1, ...rest } = config;
  const { type } = config;
  checkBoolean(`${type}.trainable`, trainable);
  const words = 'a number above 0; trainable: false stops training';
  checkFloat32(`${type}.learningRateScale`, learningRateScale, words, (v) => v > 0);
  return {
    ...rest,
    ...(trainable ? {} : { trainable }),
    ...(learningRateScale === 1 ? {} : { learningRateScale }),
  } as C;
}

/** Constraints on the arrays of a layer. */
export interface ConstrainedConfig {
  /** What the kernel meets after every update. */
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/** Their names, for the registry. */
export const CONSTRAINT_OPTIONS = ['kernelConstraint', 'biasConstraint'] as const;

/**
 * Checks the constraints that are given; there are none by default.
 * @param kernelRank axes of the kernel
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function completeConstraints(
  type: string,
  { kernelConstraint, biasConstraint }: ConstrainedConfig,
  kernelRank: number,
): ConstrainedConfig {
  const kernel = completeConstraint(`${type}.kernelConstraint`, kernelConstraint, kernelRank);
  const bias = completeConstraint(`${type}.biasConstraint`, biasConstraint, 1);
  return { ...(kernel && { kernelConstraint: kernel }), ...(bias && { biasConstraint: bias }) };
}

/** What a layer says about one of its arrays. */
type ArraySpec = Pick<ParameterSpec, 'rows' | 'cols' | 'shape' | 'initializer' | 'fanIn' | 'fanOut'> & {
  regularizer?: Regularizer | undefined;
  constraint?: Constraint | undefined;
};

/** An array of a layer that is trained by its gradient, unless the layer is frozen. */
export function parameterOf(
  { name, trainable, learningRateScale }: Pick<LayerContext, 'name' | 'trainable' | 'learningRateScale'>,
  array: string,
  { regularizer, constraint, ...spec }: ArraySpec,
): ParameterSpec {
  checkInitializer(spec.initializer as Initializer, `${name}/${array}`, spec.shape);
  const { l1 = 0, l2 = 0 } = regularizer ?? {};
  const limits = arrayConstraint(constraint, spec.shape.length);
  return {
    name: `${name}/${array}`,
    ...spec,
    l1,
    l2,
    trainable,
    learningRateScale,
    ...(limits && { constraint: limits }),
  };
}
