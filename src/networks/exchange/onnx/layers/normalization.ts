import { MOST_FLOAT32 } from '../../../../core/check.js';
import { LEAST_FLOAT32 } from '../../../../core/definition.js';
import { SteepestError } from '../../../../core/errors.js';
import { float, int } from '../../../../io/onnx/attributes.js';
import type { BatchNormConfig } from '../../../layers/batchNorm.js';
import type { LayerNormConfig } from '../../../layers/layerNorm.js';
import type { OnnxLayer } from '../definition.js';
import { channelsFirst, channelsLast } from '../flow.js';
import type { LayerSite } from '../layerSite.js';

/** gamma and beta, which ONNX's operators always have: ones and zeros if the layer has none. */
function affine(site: LayerSite): string[] {
  const channels = site.layer.inputShape.at(-1) as number;
  const constant = (name: string, otherwise: string, value: number): string => {
    const array = site.array(name);
    if (array !== undefined) return site.constant(name, array.data, array.shape);
    return site.constant(otherwise, new Float32Array(channels).fill(value), [channels]);
  };
  return [constant('gamma', 'ones', 1), constant('beta', 'zeros', 0)];
}

/** @throws SteepestError `ERR_ARGUMENT` for an epsilon that is 0 or infinite as a float32 */
function epsilonOf({ layer }: LayerSite, epsilon: number): number {
  if (epsilon >= LEAST_FLOAT32 && epsilon <= MOST_FLOAT32) return epsilon;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `epsilon of layer ${layer.name} to be a number from 1.2e-38 to 3.4e38, which ONNX can hold`,
    given: `${epsilon}`,
    hint: 'Create the model with another epsilon, and give it these weights.',
  });
}

/** BatchNormalization by the moving mean and variance. */
export const batchNorm: OnnxLayer<BatchNormConfig> = {
  type: 'batchNorm',
  write({ epsilon, momentum }, x, site) {
    const images = x.shape.length === 3 ? channelsFirst(site.builder, x) : x;
    const moments = ['movingMean', 'movingVariance'].map((name) => {
      const { data, shape } = site.array(name)!;
      return site.constant(name, data, shape);
    });
    const attributes = {
      epsilon: float(epsilonOf(site, epsilon as number)),
      momentum: float(momentum as number),
    };
    const value = site.add('BatchNormalization', [images.value, ...affine(site), ...moments], attributes);
    return { ...images, value };
  },
};

/** LayerNormalization over the last axis. */
export const layerNorm: OnnxLayer<LayerNormConfig> = {
  type: 'layerNorm',
  write({ epsilon }, x, site) {
    const samples = channelsLast(site.builder, x);
    const attributes = { axis: int(-1), epsilon: float(epsilonOf(site, epsilon as number)) };
    const value = site.add('LayerNormalization', [samples.value, ...affine(site)], attributes);
    return { ...samples, value };
  },
};
