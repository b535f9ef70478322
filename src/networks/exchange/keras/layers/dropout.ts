import type { DropoutConfig } from '../../../layers/dropout.js';
import type { LayerForm } from '../form.js';
import { plain } from './shared.js';

export const dropout: LayerForm<DropoutConfig> = {
  type: 'dropout',
  write: ({ rate }) => [
    { className: 'Dropout', config: { rate, noise_shape: null, seed: null }, weights: [] },
  ],
  readers: {
    Dropout(fields, { name }) {
      fields.only('noise_shape', undefined);
      // Random numbers are this package's own, of the model's seed.
      fields.ignore('seed');
      return plain({ type: 'dropout', name, rate: fields.number('rate') } as DropoutConfig);
    },
  },
};
