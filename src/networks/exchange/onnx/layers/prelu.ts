import type { PreluConfig } from '../../../layers/prelu.js';
import type { OnnxLayer } from '../definition.js';

/** PRelu, with a slope for each channel. */
export const prelu: OnnxLayer<PreluConfig> = {
  type: 'prelu',
  write(_config, x, site) {
    const { data, shape } = site.array('alpha')!;
    const slopes = site.constant('alpha', data, x.isChannelsFirst ? [...shape, 1, 1] : shape);
    return { ...x, value: site.add('PRelu', [x.value, slopes]) };
  },
};
