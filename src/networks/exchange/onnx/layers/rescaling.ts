import type { RescalingConfig } from '../../../layers/rescaling.js';
import type { OnnxLayer } from '../definition.js';

/** Mul and Add of two numbers. */
export const rescaling: OnnxLayer<RescalingConfig> = {
  type: 'rescaling',
  write({ scale, offset = 0 }, x, site) {
    const product = site.add('Mul', [x.value, site.scalar('scale', scale)], {}, 'scaled');
    if (offset === 0) return { ...x, value: product };
    return { ...x, value: site.add('Add', [product, site.scalar('offset', offset)]) };
  },
};
