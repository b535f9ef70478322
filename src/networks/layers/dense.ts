import { checkBoolean, checkInteger, orDefault } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Activation, type CompleteActivation, completeActivation } from '../../kernels/activations.js';
import { completeInitializer, type Initializer } from '../initializers/index.js';
import { AffineNode } from '../nodes/affine.js';
import { activationNodes } from './activationNodes.js';
import type { LayerDefinition } from './definition.js';
import {
  type ConstrainedConfig,
  completeConstraints,
  parameterOf,
  type TrainedLayerConfig,
} from './parameter.js';
import { completeRegularizer, type Regularizer } from './regularizer.js';

export interface DenseConfig extends TrainedLayerConfig, ConstrainedConfig {
  type: 'dense';
  /** Number of outputs. */
  units: number;
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

/** y = f(x·W + b): W (inputs × units), b (units). */
export const dense: LayerDefinition<DenseConfig> = {
  type: 'dense',

  complete(config) {
    return {
      ...config,
      units: checkInteger('dense.units', config.units),
      activation: completeActivation('dense.activation', orDefault(config.activation, 'linear')),
      useBias: checkBoolean('dense.useBias', orDefault(config.useBias, true)),
      kernelInitializer: completeInitializer(
        'dense.kernelInitializer',
        orDefault(config.kernelInitializer, 'glorotUniform'),
      ),
      biasInitializer: completeInitializer(
        'dense.biasInitializer',
        orDefault(config.biasInitializer, 'zeros'),
      ),
      kernelRegularizer: completeRegularizer('dense.kernelRegularizer', config.kernelRegularizer),
      biasRegularizer: completeRegularizer('dense.biasRegularizer', config.biasRegularizer),
      ...completeConstraints('dense', config, 2),
    };
  },

  outputShape(config, { name, inputShape }) {
    if (inputShape.length === 1) return [config.units];
    throw new SteepestError('ERR_SHAPE', {
      expected: `one row per sample as input of layer ${name}`,
      given: `[${inputShape.join(', ')}]`,
      hint: 'Put layers.flatten() before it.',
    });
  },

  lower(config, context) {
    const { name, inputCols } = context;
    const activation = config.activation as CompleteActivation;
    const { units, useBias } = config;
    const fans = { cols: units, fanIn: inputCols, fanOut: units };
    const kernel = parameterOf(context, 'kernel', {
      ...fans,
      rows: inputCols,
      shape: [inputCols, units],
      initializer: config.kernelInitializer as Initializer,
      regularizer: config.kernelRegularizer,
      constraint: config.kernelConstraint,
    });
    const bias = parameterOf(context, 'bias', {
      ...fans,
      rows: 1,
      shape: [units],
      initializer: config.biasInitializer as Initializer,
      regularizer: config.biasRegularizer,
      constraint: config.biasConstraint,
    });
    const linear = { name: 'linear', alpha: 0 } as const;
    const affine = new AffineNode(name, inputCols, units, kernel, useBias ? bias : undefined, linear);
    return [affine, ...activationNodes(activation, `${name}.activation`, units)];
  },
};
