import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { DenseConfig } from '../../../layers/dense.js';
import { readActivation, writeActivation } from '../activations.js';
import type { LayerForm } from '../form.js';
import { readArray, readTrainable, weightsOf, writeArrays } from './shared.js';

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
        ...writeArrays(config),
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
        ...readArray(fields, 'kernel', 'kernel'),
        ...readArray(fields, 'bias', 'bias'),
        ...readTrainable(fields),
      };
      const weights = weightsOf(name, { kernel: [inputShape[0]!, units], ...(useBias && { bias: [units] }) });
      return { layers: [layer], weights };
    },
  },
};
