import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { DenseConfig } from '../../../layers/dense.js';
import { readActivation, writeActivation } from '../activations.js';
import type { LayerForm } from '../form.js';
import { readInitializer, writeInitializer } from '../initializers.js';
import { readConstraint, readRegularizer, writeConstraint, writeRegularizer } from '../penalties.js';
import { readTrainable, weightsOf } from './shared.js';

/** Keras's Dense: kernel [inputs, units], as here. */
export const dense: LayerForm<DenseConfig> = {
  type: 'dense',
  write(config, { name, inputShape }) {
    const { name: activation, after } = writeActivation(config.activation as CompleteActivation, name);
    const { units } = config;
    const kernel = { name: 'kernel', array: 'kernel', shape: [inputShape[0]!, units] };
    const bias = { name: 'bias', array: 'bias', shape: [units] };
    const written = {
      className: 'Dense',
      config: {
        units,
        activation,
        use_bias: config.useBias,
        kernel_initializer: writeInitializer(config.kernelInitializer),
        bias_initializer: writeInitializer(config.biasInitializer),
        kernel_regularizer: writeRegularizer(config.kernelRegularizer),
        bias_regularizer: writeRegularizer(config.biasRegularizer),
        activity_regularizer: null,
        kernel_constraint: writeConstraint(config.kernelConstraint),
        bias_constraint: writeConstraint(config.biasConstraint),
      },
      weights: config.useBias ? [kernel, bias] : [kernel],
    };
    return [written, ...after];
  },
  readers: {
    Dense(fields, { name, inputShape, dialect }) {
      const units = fields.number('units');
      const useBias = fields.flag('use_bias', true);
      const layer = {
        type: 'dense',
        name,
        units,
        useBias,
        activation: readActivation(fields, dialect),
        kernelInitializer: readInitializer(fields, 'kernel_initializer', 'glorotUniform'),
        biasInitializer: readInitializer(fields, 'bias_initializer', 'zeros'),
        kernelRegularizer: readRegularizer(fields, 'kernel_regularizer'),
        biasRegularizer: readRegularizer(fields, 'bias_regularizer'),
        kernelConstraint: readConstraint(fields, 'kernel_constraint'),
        biasConstraint: readConstraint(fields, 'bias_constraint'),
        ...readTrainable(fields),
      };
      const weights = weightsOf(name, { kernel: [inputShape[0]!, units], ...(useBias && { bias: [units] }) });
      return { layers: [layer], weights };
    },
  },
};
