import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { IMAGE_LIMIT } from '../../kernels/contract.js';
import type { ImageShape, Padding } from '../../program/images.js';
import { NO_PADDING, padded } from '../../program/images.js';

/** A size for both sides of an image, or [height, width]. */
export type Pair = number | readonly [number, number];

export function completePair(what: string, value: Pair): [number, number] {
  if (!Array.isArray(value)) {
    const side = checkSide(what, value);
    return [side, side];
  }
  if (value.length !== 2) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be a number or [height, width]`,
      given: show(value),
      hint: 'Write one number for equal height and width.',
    });
  }
  return [checkSide(`${what}[0]`, value[0]), checkSide(`${what}[1]`, value[1])];
}

/** A size that image kernels support. @throws SteepestError `ERR_ARGUMENT` */
export function checkSide(what: string, value: unknown): number {
  const side = checkInteger(what, value);
  if (side <= IMAGE_LIMIT) return side;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be at most ${IMAGE_LIMIT}`,
    given: show(value),
    hint: 'Use a smaller one.',
  });
}

/**
 * @throws SteepestError `ERR_SHAPE` for input or output images that are too large for a layer's
 *   kernels
 */
export function checkImageSizes(name: string, shape: readonly number[]): void {
  if (shape.length !== 3 || shape.every((side) => side <= IMAGE_LIMIT)) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `images of at most ${IMAGE_LIMIT} rows, columns and channels at layer ${name}`,
    given: `[${shape.join(', ')}]`,
    hint: 'Cut the images into smaller ones.',
  });
}

/**
 * `'valid'`: only windows inside the image. `'same'`: one window per stride step, with padding
 * around the image.
 */
export type PaddingMode = 'valid' | 'same';
export const PADDING_MODES: readonly PaddingMode[] = ['valid', 'same'];

/** The shape of a sample, if it is an image. @throws SteepestError `ERR_SHAPE` naming the layer */
export function imageInput(name: string, inputShape: readonly number[]): ImageShape {
  if (inputShape.length === 3) return inputShape as unknown as ImageShape;
  throw new SteepestError('ERR_SHAPE', {
    expected: `images [height, width, channels] as input of layer ${name}`,
    given: `[${inputShape.join(', ')}]`,
    hint: 'Set inputShape: [height, width, channels] on the first layer, or put layers.reshape before it.',
  });
}

/**
 * The positions of a window of `reach` along a side. (As in TensorFlow and Keras, an odd row of
 * padding goes after the image.)
 */
function slide(size: number, reach: number, stride: number, mode: PaddingMode) {
  if (mode === 'valid') return { out: Math.floor((size - reach) / stride) + 1, before: 0, after: 0 };
  const out = Math.ceil(size / stride);
  const total = Math.max(0, (out - 1) * stride + reach - size);
  const before = Math.floor(total / 2);
  return { out, before, after: total - before };
}

/**
 * Output sizes when a window of `reach` slides over an image.
 * @throws SteepestError `ERR_SHAPE` if it does not fit once
 */
export function slideOver(
  name: string,
  [height, width]: ImageShape,
  reach: readonly [number, number],
  strides: readonly [number, number],
  mode: PaddingMode,
): { height: number; width: number; padding: Padding } {
  if (mode === 'valid' && (reach[0] > height || reach[1] > width)) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `images of at least ${reach[0]} × ${reach[1]}, the size of its window, as input of layer ${name}`,
      given: `${height} × ${width}`,
      hint: "Use padding: 'same', a smaller window, or fewer pooling layers before it.",
    });
  }
  const rows = slide(height, reach[0], strides[0], mode);
  const columns = slide(width, reach[1], strides[1], mode);
  const padding =
    mode === 'valid'
      ? NO_PADDING
      : { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after };
  if (padded([height, width, 1], padding).some((side) => side > IMAGE_LIMIT)) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `images of at most ${IMAGE_LIMIT} × ${IMAGE_LIMIT} in layer ${name}, padding included`,
      given: `a window that reaches over ${reach[0]} × ${reach[1]}`,
      hint: "Use padding: 'valid', a smaller window, or a smaller dilationRate.",
    });
  }
  return { height: rows.out, width: columns.out, padding };
}
