import type { CompleteActivation } from '../../../../kernels/activations.js';
import type { DenseConfig } from '../../../layers/dense.js';
import { writeActivation } from '../activations.js';
import type { OnnxLayer } from '../definition.js';

/** Gemm: y = x·B + C with B (inputs × units) and C (units), as the layer stores them. */
export const dense: OnnxLayer<DenseConfig> = {
  type: 'dense',

  write({ activation, units }, x, site) {
    const arrays = ['kernel', 'bias'].flatMap((name) => {
      const array = site.array(name);
      return array === undefined ? [] : [site.constant(name, array.data, array.shape)];
    });
    const value = site.add('Gemm', [x.value, ...arrays]);
    return writeActivation(
      activation as CompleteActivation,
      { value, shape: [units], isChannelsFirst: false },
      site,
    );
  },
};
