import { isNumbers } from '../../../../core/guards.js';
import type { FlattenConfig, ReshapeConfig } from '../../../layers/reshape.js';
import type { LayerForm } from '../form.js';
import { onlyChannelsLast, plain } from './shared.js';

/** The order of the numbers is the same: row by row, channels last. */
export const flatten: LayerForm<FlattenConfig> = {
  type: 'flatten',
  write: () => [{ className: 'Flatten', config: {}, weights: [] }],
  readers: {
    Flatten(fields, { name }) {
      onlyChannelsLast(fields);
      return plain({ type: 'flatten', name });
    },
  },
};

export const reshape: LayerForm<ReshapeConfig> = {
  type: 'reshape',
  write: ({ targetShape }) => [{ className: 'Reshape', config: { target_shape: targetShape }, weights: [] }],
  readers: {
    Reshape(fields, { name, inputShape }) {
      const given = fields.take('target_shape');
      if (!isNumbers(given)) return fields.refuse('target_shape', 'a list of sizes', given);
      // One size may be −1: what the others leave.
      const all = inputShape.reduce((a, b) => a * b, 1);
      const known = given.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
      const targetShape = given.map((size) => (size === -1 ? all / known : size));
      return plain({ type: 'reshape', name, targetShape } as ReshapeConfig);
    },
  },
};
