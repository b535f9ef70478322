import type { LayerConfig } from '../../../layers/definition.js';
import type { RandomCropConfig } from '../../../layers/randomCrop.js';
import type { FlipMode, RandomFlipConfig } from '../../../layers/randomFlip.js';
import type { RandomTranslationConfig } from '../../../layers/randomTranslation.js';
import type { LayerForm } from '../form.js';
import { refuseWriting } from '../refuse.js';
import { plain } from './shared.js';

/**
 * TensorFlow.js has no such layers. Those that pass images through outside of training are written
 * as layers that always do, and their own options go into the file's metadata.
 */
const passingThrough = () => [{ className: 'Activation', config: { activation: 'linear' }, weights: [] }];

export const randomFlip: LayerForm<RandomFlipConfig> = {
  type: 'randomFlip',
  write: passingThrough,
  readers: {
    RandomFlip(fields, { name }) {
      fields.ignore('seed', 'data_format');
      return plain({
        type: 'randomFlip',
        name,
        mode: fields.word('mode', 'horizontal_and_vertical') as FlipMode,
      } as RandomFlipConfig);
    },
  },
};

/** Keras's own shifts by fractions of pixels, so it is not read. */
export const randomTranslation: LayerForm<RandomTranslationConfig> = {
  type: 'randomTranslation',
  write: passingThrough,
  readers: {},
};

export const randomCrop: LayerForm<RandomCropConfig> = {
  type: 'randomCrop',
  write: (_config: LayerConfig, { name }) =>
    refuseWriting(
      'layers that TensorFlow.js has too',
      `the layer ${name} of type 'randomCrop'`,
      'Crop the images before the network, or use toOnnx().',
    ),
  readers: {
    RandomCrop(fields, { name }) {
      fields.ignore('seed', 'data_format');
      const [height, width] = [fields.number('height'), fields.number('width')];
      return plain({ type: 'randomCrop', name, height, width } as RandomCropConfig);
    },
  },
};
