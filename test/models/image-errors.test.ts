import { layers, type ModelConfig, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused } from '../data/folder.js';

type LayerConfig = ModelConfig['layers'][number];

const images = (...list: LayerConfig[]) => sequential({ layers: list });
const inputShape = [8, 6, 3];
const flip = layers.randomFlip({ name: 'mirror' });
const shift = (fillValue: number, name?: string) =>
  layers.randomTranslation({ heightFactor: 0.5, widthFactor: 0.5, fillMode: 'constant', fillValue, name });

type Refusal = [what: string, build: () => unknown, code: string, ...words: string[]];

const AUGMENTATION: Refusal[] = [
  [
    'augmentation after a convolution',
    () => images(layers.conv2d({ filters: 2, kernelSize: 3, inputShape }), flip),
    'ERR_ARGUMENT',
    'layer mirror among the first layers',
    'Move it to the start',
  ],
  [
    'augmentation after dropout',
    () => images(layers.dropout({ rate: 0.1, inputShape }), flip),
    'ERR_ARGUMENT',
    'layer mirror',
  ],
  [
    'augmentation after two rescalings',
    () => images(layers.rescaling({ scale: 2, inputShape }), layers.rescaling({ scale: 2 }), flip),
    'ERR_ARGUMENT',
    'layer mirror',
  ],
  [
    'augmentation of rows',
    () => images(layers.randomFlip({ inputShape: [48] }), layers.dense({ units: 1 })),
    'ERR_SHAPE',
    'images [height, width, channels] as input of layer randomFlip_1',
    '[48]',
  ],
  [
    'augmentation after flatten',
    () => images(layers.flatten({ inputShape }), flip),
    'ERR_SHAPE',
    'layer mirror',
    '[144]',
  ],
  [
    'a crop larger than the image',
    () => images(layers.randomCrop({ height: 9, width: 6, name: 'cut', inputShape })),
    'ERR_SHAPE',
    'at least 9 × 6 as input of layer cut',
    '8 × 6',
    'at most 8 and 6',
  ],
  [
    'a shift of less than a pixel',
    () =>
      images(layers.randomTranslation({ heightFactor: 0.12, widthFactor: 0.2, name: 'move', inputShape })),
    'ERR_ARGUMENT',
    'heightFactor of layer move to reach a whole pixel',
    '8 pixels',
    '1 / 8',
  ],
  [
    'two values to fill with',
    () => images({ ...shift(1, 'one'), inputShape }, shift(2, 'two')),
    'ERR_ARGUMENT',
    'layers one and two to fill with the same value',
    '1 and 2',
  ],
  [
    'one value to fill with on both sides of a rescaling that changes it',
    () => images({ ...shift(1, 'one'), inputShape }, layers.rescaling({ scale: 0.5 }), shift(1, 'two')),
    'ERR_ARGUMENT',
    '0.5 and 1',
  ],
  [
    'an unknown mode',
    () => layers.randomFlip({ mode: 'diagonal' as never }),
    'ERR_UNKNOWN_NAME',
    "'horizontal'",
  ],
  [
    'an unknown fillMode',
    () => layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, fillMode: 'mirror' as never }),
    'ERR_UNKNOWN_NAME',
    "'reflect'",
  ],
  [
    'a factor above 1',
    () => layers.randomTranslation({ heightFactor: 4, widthFactor: 0 }),
    'ERR_ARGUMENT',
    'heightFactor',
  ],
  [
    'factors the wrong way round',
    () => layers.randomTranslation({ heightFactor: 0, widthFactor: [0.2, -0.2] }),
    'ERR_ARGUMENT',
    'widthFactor',
    '[least, most]',
  ],
  [
    'no factor',
    () => layers.randomTranslation({ heightFactor: 0.1 } as never),
    'ERR_ARGUMENT',
    'widthFactor',
  ],
  [
    'a crop of no rows',
    () => layers.randomCrop({ height: 0, width: 4 }),
    'ERR_ARGUMENT',
    'randomCrop.height',
  ],
];

describe('layers on images that cannot work', () => {
  it.each(AUGMENTATION)('%s', (_what, build, code, ...words) => {
    expect(build).toThrow(refused(code, ...words));
  });
});
