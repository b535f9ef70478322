import { GROUP_IMAGES } from '../kernels/contract.js';

/** Shape of one image: channels last, as users write it. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Number of 16-lane vectors that hold this many channels. */
export const vectorsOf = (channels: number): number => Math.ceil(channels / GROUP_IMAGES);

export const elementsOf = ([height, width, channels]: ImageShape): number => height * width * channels;

/** The scalars of ops on images. */
export function imageScalars([height, width, channels]: ImageShape): {
  channels: number;
  height: number;
  width: number;
} {
  return { channels, height, width };
}

/** Rows and columns of padding around an image. */
export interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export const NO_PADDING: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

export const isPadded = ({ top, bottom, left, right }: Padding): boolean => top + bottom + left + right > 0;

export const padded = ([height, width, channels]: ImageShape, p: Padding): ImageShape => [
  height + p.top + p.bottom,
  width + p.left + p.right,
  channels,
];
