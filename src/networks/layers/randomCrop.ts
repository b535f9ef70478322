import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { ImageShape } from '../../program/images.js';
import { WindowNode } from '../nodes/windows.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { imageInput } from './spatial.js';

export interface RandomCropConfig extends LayerConfig {
  type: 'randomCrop';
  /** Height and width of the output images. */
  height: number;
  width: number;
}

function cropOf(
  name: string,
  { height, width }: RandomCropConfig,
  inputShape: readonly number[],
): { input: ImageShape; output: ImageShape } {
  const input = imageInput(name, inputShape);
  if (height > input[0] || width > input[1]) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `images of at least ${height} × ${width}, the size of the crop, as input of layer ${name}`,
      given: `${input[0]} × ${input[1]}`,
      hint: `Use height and width of at most ${input[0]} and ${input[1]}.`,
    });
  }
  return { input, output: [height, width, input[2]] };
}

/**
 * Crops height × width pixels from each image. In training the position is uniformly random;
 * otherwise it is the centre (of an odd number of spare rows, the smaller half is cut off at the
 * top, as in Keras).
 */
export const randomCrop: LayerDefinition<RandomCropConfig> = {
  type: 'randomCrop',
  complete: (config) => ({
    ...config,
    height: checkInteger('randomCrop.height', config.height),
    width: checkInteger('randomCrop.width', config.width),
  }),
  outputShape: (config, { name, inputShape }) => [...cropOf(name, config, inputShape).output],
  lower(config, { name, inputShape, seed, index }) {
    const { input, output } = cropOf(name, config, inputShape);
    const spare = [input[0] - output[0], input[1] - output[1]] as const;
    const flips = { flipRows: false, flipCols: false };
    return [
      new WindowNode(name, {
        input,
        output,
        random: { topLeast: 0, topCount: spare[0] + 1, leftLeast: 0, leftCount: spare[1] + 1, ...flips },
        fixed: {
          topLeast: Math.floor(spare[0] / 2),
          topCount: 1,
          leftLeast: Math.floor(spare[1] / 2),
          leftCount: 1,
          ...flips,
        },
        // The window never leaves the image.
        border: 'nearest',
        fillValue: 0,
        seed,
        stream: index,
      }),
    ];
  },
};
