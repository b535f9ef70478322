import type { PreluConfig } from '../../../layers/prelu.js';
import type { OnnxLayer } from '../definition.js';

/** PRelu, with an alpha for each channel. */
export const prelu: OnnxLayer<PreluConfig> = {
  type: 'prelu',
  write(_config, x, site) {
    const { data, shape } = site.array('alpha')!;
    const alpha = site.constant('alpha', data, x.isChannelsFirst ? [...shape, 1, 1] : shape);
    return { ...x, value: site.add('PRelu', [x.value, alpha]) };
  },
};
