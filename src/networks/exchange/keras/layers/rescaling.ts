import type { RescalingConfig } from '../../../layers/rescaling.js';
import type { LayerForm } from '../form.js';
import { plain } from './shared.js';

export const rescaling: LayerForm<RescalingConfig> = {
  type: 'rescaling',
  write: ({ scale, offset }) => [{ className: 'Rescaling', config: { scale, offset }, weights: [] }],
  readers: {
    Rescaling: (fields, { name }) =>
      plain({
        type: 'rescaling',
        name,
        scale: fields.number('scale'),
        offset: fields.number('offset', 0),
      } as RescalingConfig),
  },
};
