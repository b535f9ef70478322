import { checkList } from '../../../core/check.js';
import { SteepestError } from '../../../core/errors.js';
import { isNdArray, type NdArray, type NumericArray } from '../../../core/ndarray.js';
import { isTypedArray } from '../../../core/realm.js';
import { reading } from '../../../core/refuse.js';
import { checkShaped } from '../../../core/rows.js';
import { show } from '../../../core/show.js';
import type { Pixels } from './png.js';

/** Reads images as networks take them. */

export type Channels = 1 | 2 | 3 | 4;

export interface ImageStack {
  count: number;
  height: number;
  width: number;
  channels: Channels;
  /** The pixels of an image, as bytes. */
  of(i: number): Pixels;
}

/** What stands for black and for white. */
export type ImageRange = readonly [black: number, white: number];

/**
 * @param range what is black and what is white. Default: 0 and 255 for bytes, otherwise 0 and 1, or
 *   the least and largest number if some lie outside
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`, `ERR_EMPTY`
 */
export const readImages = (input: unknown, range: unknown): ImageStack =>
  reading('images', () => readStack(input, range));

function readStack(input: unknown, range: unknown): ImageStack {
  if (!isNdArray(input)) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'images as { data, shape: [images, height, width, channels] }',
      given: show(input),
      hint: 'Pass the pixels in one typed array with their shape.',
    });
  }
  const { data, shape } = checkShaped('images', input as NdArray);
  const [count, height, width, channels = 1] = shape;
  const isStack = (shape.length === 3 || shape.length === 4) && [1, 2, 3, 4].includes(channels);
  if (!isStack) {
    throw new SteepestError('ERR_SHAPE', {
      expected:
        'images.shape to be [images, height, width] or [images, height, width, channels], 1 to 4 channels',
      given: show(shape),
      hint: 'A single image has shape [1, height, width, channels].',
    });
  }
  if (count * height * width === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one image with at least one pixel',
      given: `shape ${show(shape)}`,
      hint: 'Pass some images.',
    });
  }
  const [black, white] = range === undefined ? usualRange(data) : checkRange(range);
  const size = height * width * channels;
  const scale = 255 / (white - black);
  return {
    count,
    height,
    width,
    channels: channels as Channels,
    of: (i) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at++) {
        const value = (data[i * size + at] - black) * scale;
        // What is not a number is black.
        bytes[at] = value >= 255 ? 255 : value > 0 ? Math.round(value) : 0;
      }
      return { data: bytes, height, width, channels: channels as Channels };
    },
  };
}

function usualRange(data: NumericArray): ImageRange {
  if (isTypedArray(data, 'Uint8Array')) return [0, 255];
  let [low, high] = [0, 1];
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Bytes in an array of another kind.
  return low === 0 && high > 1 && high <= 255 && Number.isInteger(high) ? [0, 255] : [low, high];
}

function checkRange(range: unknown): ImageRange {
  const [black, white] = checkList('range', range);
  const isRange = Number.isFinite(black) && Number.isFinite(white) && black !== white;
  if (isRange && (range as unknown[]).length === 2) return [black as number, white as number];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'range to be two different finite numbers, what is black and what is white',
    given: show(range),
    hint: 'Write [0, 255], for example.',
  });
}

/** A smaller image: the mean of squares of `by` × `by` pixels. */
export function shrunk({ data, height, width, channels }: Pixels, by: number): Pixels {
  if (by <= 1) return { data, height, width, channels };
  const [rows, columns] = [Math.max(1, Math.floor(height / by)), Math.max(1, Math.floor(width / by))];
  const [down, across] = [Math.min(by, height), Math.min(by, width)];
  const result = new Uint8Array(rows * columns * channels);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let v = 0; v < down; v++) {
          for (let u = 0; u < across; u++) sum += data[((y * by + v) * width + x * by + u) * channels + c];
        }
        result[(y * columns + x) * channels + c] = Math.round(sum / (down * across));
      }
    }
  }
  return { data: result, height: rows, width: columns, channels };
}
