import type { OnnxAttributes } from '../../../../io/onnx/attributes.js';
import { int, ints } from '../../../../io/onnx/attributes.js';
import type { ImageShape } from '../../../../program/images.js';
import type {
  AveragePool2dConfig,
  GlobalAveragePool2dConfig,
  MaxPool2dConfig,
} from '../../../layers/pool2d.js';
import { type PaddingMode, slideOver } from '../../../layers/spatial.js';
import type { OnnxLayer } from '../definition.js';
import { channelsFirst, type Flow } from '../flow.js';
import type { LayerSite } from '../layerSite.js';
import { padsOf } from '../windows.js';

/** A pooling operator, with windows and padding as the layer has them. */
function writePooling(
  opType: string,
  config: MaxPool2dConfig | AveragePool2dConfig,
  x: Flow,
  site: LayerSite,
  more: OnnxAttributes = {},
): Flow {
  const { name, inputShape, outputShape } = site.layer;
  const pool = config.poolSize as [number, number];
  const strides = config.strides as [number, number];
  const input = inputShape as unknown as ImageShape;
  const { padding } = slideOver(name, input, pool, strides, config.padding as PaddingMode);
  const attributes = {
    kernel_shape: ints(pool),
    strides: ints(strides),
    pads: ints(padsOf(padding)),
    ...more,
  };
  const value = site.add(opType, [channelsFirst(site.builder, x).value], attributes);
  return { value, shape: outputShape, isChannelsFirst: true };
}

/** MaxPool, whose padding is never the largest element. */
export const maxPool2d: OnnxLayer<MaxPool2dConfig> = {
  type: 'maxPool2d',
  write: (config, x, site) => writePooling('MaxPool', config, x, site),
};

/** AveragePool of the elements inside the image. */
export const averagePool2d: OnnxLayer<AveragePool2dConfig> = {
  type: 'averagePool2d',
  write: (config, x, site) => writePooling('AveragePool', config, x, site, { count_include_pad: int(0) }),
};

/** GlobalAveragePool, whose images of one pixel become rows. */
export const globalAveragePool2d: OnnxLayer<GlobalAveragePool2dConfig> = {
  type: 'globalAveragePool2d',
  write(_config, x, site) {
    const means = site.add('GlobalAveragePool', [channelsFirst(site.builder, x).value], {}, 'means');
    const value = site.add('Flatten', [means], { axis: int(1) });
    return { value, shape: site.layer.outputShape, isChannelsFirst: false };
  },
};
