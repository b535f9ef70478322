import { layers, type ModelConfig, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused } from '../support/folder.js';

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
    'at least 9 × 6',
    'as input of layer cut',
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

const LAYERS: Refusal[] = [
  [
    'a convolution of rows',
    () => images(layers.dense({ units: 4, inputShape: [8] }), layers.conv2d({ filters: 1, kernelSize: 1 })),
    'ERR_SHAPE',
    'images [height, width, channels] as input of layer conv2d_1',
    '[4]',
    'layers.reshape',
  ],
  [
    'pooling of rows',
    () => images(layers.maxPool2d({ name: 'halve', inputShape: [64] })),
    'ERR_SHAPE',
    'input of layer halve',
    '[64]',
  ],
  [
    'the mean of rows',
    () => images(layers.globalAveragePool2d({ inputShape: [64] })),
    'ERR_SHAPE',
    'layer globalAveragePool2d_1',
    '[64]',
  ],
  [
    'a dense layer on images',
    () => images(layers.maxPool2d({ inputShape }), layers.dense({ units: 3, name: 'top' })),
    'ERR_SHAPE',
    'one row per sample as input of layer top',
    '[4, 3, 3]',
    'layers.flatten()',
  ],
  [
    'softmax of images',
    () =>
      images(layers.conv2d({ filters: 3, kernelSize: 3, activation: 'softmax', name: 'map', inputShape })),
    'ERR_SHAPE',
    'softmax in map',
    '[6, 4, 3]',
    'layers.flatten()',
  ],
  [
    'a kernel larger than the image',
    () => images(layers.conv2d({ filters: 1, kernelSize: [5, 7], name: 'wide', inputShape })),
    'ERR_SHAPE',
    'at least 5 × 7',
    'as input of layer wide',
    '8 × 6',
    "padding: 'same'",
  ],
  [
    'a kernel that dilation makes larger than the image',
    () => images(layers.conv2d({ filters: 1, kernelSize: 3, dilationRate: 4, name: 'far', inputShape })),
    'ERR_SHAPE',
    'at least 9 × 9',
    'as input of layer far',
    '8 × 6',
  ],
  [
    'a pool larger than what is left of the image',
    () => images(layers.maxPool2d({ poolSize: 4, inputShape }), layers.averagePool2d({ name: 'last' })),
    'ERR_SHAPE',
    'at least 2 × 2',
    'as input of layer last',
    '2 × 1',
    'fewer pooling layers',
  ],
  [
    'channels that cannot be grouped',
    () => images(layers.conv2d({ filters: 4, kernelSize: 3, groups: 2, name: 'pairs', inputShape })),
    'ERR_SHAPE',
    'layer pairs to be multiples of its 2 groups',
    '3 channels, 4 filters',
  ],
  [
    'filters that cannot be grouped',
    () => images(layers.conv2d({ filters: 4, kernelSize: 3, groups: 3, name: 'pairs', inputShape })),
    'ERR_SHAPE',
    'layer pairs',
    '3 channels, 4 filters',
  ],
  [
    'a reshape to another size',
    () => images(layers.reshape({ targetShape: [12, 12], inputShape } as never)),
    'ERR_SHAPE',
    '[columns] or [height, width, channels]',
  ],
  [
    'inputShape without channels',
    () => images(layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [28, 28] })),
    'ERR_SHAPE',
    '[height, width, channels]',
    '[28, 28]',
    '[28, 28, 1]',
  ],
  [
    'inputShape with the number of samples',
    () => images(layers.flatten({ inputShape: [100, 8, 6, 3] })),
    'ERR_SHAPE',
    '[100, 8, 6, 3]',
    '[8, 6, 3]',
  ],
  [
    'inputShape that is a number',
    () => images(layers.dense({ units: 1, inputShape: 5 } as never)),
    'ERR_SHAPE',
    '[5]',
  ],
  ['no inputShape', () => images(layers.flatten()), 'ERR_SHAPE', 'inputShape on the first layer', 'channels'],
  [
    'scores of classes that are images',
    () =>
      images(layers.conv2d({ filters: 10, kernelSize: 3, name: 'scores', inputShape })).compile({
        loss: 'sparseCategoricalCrossentropy',
      }),
    'ERR_SHAPE',
    'layer scores, the last',
    '[6, 4, 10]',
    'globalAveragePool2d',
  ],
];

describe('layers on images that cannot work', () => {
  it.each([...AUGMENTATION, ...LAYERS])('%s', (_what, build, code, ...words) => {
    expect(build).toThrow(refused(code, ...words));
  });
});

/**
 * Pixels of 4 images of 4 × 3 with one channel, so that each is as many numbers as it has to be.
 */
const pixels = Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256);
const labels = [0, 1, 0, 1];

function grey(shape: readonly number[]): Sequential {
  const model = images(
    layers.flatten({ inputShape: shape }),
    layers.dense({ units: 2, activation: 'softmax' }),
  );
  return model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
}

const IMAGE = [4, 3, 1];
const SHAPES: [what: string, shape: readonly number[], modelShape: readonly number[], ...words: string[]][] =
  [
    ['another size', [4, 3, 4], IMAGE, '[samples, 4, 3, 1]', '[4, 3, 4]', 'Change inputShape'],
    ['colours where there is one', [1, 4, 4, 3], IMAGE, '[samples, 4, 3, 1]', '[1, 4, 4, 3]'],
    ['channels first', [4, 1, 4, 3], IMAGE, '[samples, 4, 3, 1]', '[4, 1, 4, 3]', 'Channels come last'],
    ['rows of another length', [8, 6], IMAGE, '12 columns', '[4, 3, 1]', '6 columns', '[samples, 4, 3, 1]'],
    [
      'images without channel for a model of rows',
      [4, 4, 3],
      [12],
      '[samples, 12]',
      '[4, 4, 3]',
      '[4, 12]',
      '[4, 3, 1]',
    ],
    ['images for a model of rows', [4, 2, 2, 3], [12], '[samples, 12]', '[4, 12]', 'inputShape: [2, 2, 3]'],
    [
      'images of another size for a model of rows',
      [4, 2, 6],
      [10],
      '[samples, 10]',
      '[4, 2, 6]',
      'Change inputShape',
    ],
  ];

describe('images given to models', () => {
  it('may come without their one channel, or as rows', async () => {
    const model = grey(IMAGE);
    const whole = { data: pixels, shape: [4, ...IMAGE] };
    const expected = (await model.predict(whole)).data;
    const gradients = await model.gradients(whole, labels);
    for (const shape of [
      [4, 4, 3],
      [4, 12],
    ]) {
      const x = { data: pixels, shape };
      expect((await model.predict(x)).data).toEqual(expected);
      expect(model.predictSync(x).data).toEqual(expected);
      expect(await model.gradients(x, labels)).toEqual(gradients);
      expect(await model.evaluate(x, labels)).toEqual(await model.evaluate(whole, labels));
      expect(await model.evaluate([{ x, y: labels }])).toEqual(await model.evaluate(whole, labels));
    }
    await model.fit({ data: pixels, shape: [4, 4, 3] }, labels, { epochs: 2 });
  });

  it('are one image to predictSync in the shape of one', () => {
    const model = grey(IMAGE);
    const expected = model.predictSync({ data: pixels.slice(0, 12), shape: [1, 12] });
    for (const shape of [[...IMAGE], [4, 3], [1, ...IMAGE]]) {
      expect(model.predictSync({ data: pixels.slice(0, 12), shape })).toEqual(expected);
    }
  });

  it.each(SHAPES)('%s', async (_what, shape, modelShape, ...words) => {
    const model = grey(modelShape);
    const before = model.getWeights();
    const x = { data: pixels, shape };
    const error = refused('ERR_SHAPE', 'x with', ...words);
    await expect(model.fit(x, labels)).rejects.toEqual(error);
    await expect(model.evaluate(x, labels)).rejects.toEqual(error);
    await expect(model.predict(x)).rejects.toEqual(error);
    expect(() => model.predictSync(x)).toThrow(error);
    await expect(model.fit([{ x, y: labels }])).rejects.toEqual(error);
    expect(model.getWeights()).toEqual(before);
  });

  it('as arrays within arrays within arrays', async () => {
    const nested = [[[1, 2, 3]], [[4, 5, 6]]] as never;
    const error = refused('ERR_SHAPE', 'shape [samples, ', '[2, 1, 3]', 'the size of the images');
    await expect(grey(IMAGE).fit(nested, [0, 1])).rejects.toEqual(error);
    expect(() => grey(IMAGE).predictSync(nested)).toThrow(error);
  });
});
