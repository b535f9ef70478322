import { int } from '../../../../io/onnx/attributes.js';
import type { FlattenConfig, ReshapeConfig } from '../../../layers/reshape.js';
import type { OnnxLayer } from '../definition.js';
import { channelsLast } from '../flow.js';

/** Flatten, of images with their channels last. */
export const flatten: OnnxLayer<FlattenConfig> = {
  type: 'flatten',
  write(_config, x, site) {
    if (x.shape.length === 1) return x;
    const value = site.add('Flatten', [channelsLast(site.builder, x).value], { axis: int(1) });
    return { value, shape: site.layer.outputShape, isChannelsFirst: false };
  },
};

/** Reshape, of images with their channels last. Its 0 keeps the number of rows. */
export const reshape: OnnxLayer<ReshapeConfig> = {
  type: 'reshape',
  write({ targetShape }, x, site) {
    const inputs = [channelsLast(site.builder, x).value, site.integers('shape', [0, ...targetShape])];
    return { value: site.add('Reshape', inputs), shape: targetShape, isChannelsFirst: false };
  },
};
