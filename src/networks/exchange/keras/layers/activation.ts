import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { ActivationConfig } from '../../../layers/activation.js';
import { ACTIVATION_LAYERS, writeActivation } from '../activations.js';
import type { LayerForm, LayerReader } from '../form.js';
import { plain } from './shared.js';

const readers = Object.fromEntries(
  Object.entries(ACTIVATION_LAYERS).map(([className, read]): [string, LayerReader] => [
    className,
    (fields, { name, dialect }) =>
      plain({ type: 'activation', name, activation: read(fields, dialect) } as ActivationConfig),
  ]),
);

/** One of Keras's layers for each kind of activation. */
export const activation: LayerForm<ActivationConfig> = {
  type: 'activation',
  write(config, { name }) {
    const written = writeActivation(config.activation as CompleteActivation, name);
    if (written.after.length > 0) return written.after;
    return [{ className: 'Activation', config: { activation: written.name }, weights: [] }];
  },
  readers,
};
