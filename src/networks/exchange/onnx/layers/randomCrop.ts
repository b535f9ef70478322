import type { RandomCropConfig } from '../../../layers/randomCrop.js';
import type { OnnxLayer } from '../definition.js';

/** Slice: the centre of each image, as the layer crops it outside of training. */
export const randomCrop: OnnxLayer<RandomCropConfig> = {
  type: 'randomCrop',
  write({ height, width }, x, site) {
    const [rows = 0, columns = 0, channels = 0] = x.shape;
    const starts = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
    const ends = [starts[0]! + height, starts[1]! + width];
    const inputs = [
      x.value,
      site.integers('starts', starts),
      site.integers('ends', ends),
      site.integers('axes', x.isChannelsFirst ? [2, 3] : [1, 2]),
    ];
    return { ...x, value: site.add('Slice', inputs), shape: [height, width, channels] };
  },
};
