import type { ImageShape, Padding } from '../../program/images.js';

/** Sizes of a convolution. */
export interface Convolution {
  input: ImageShape;
  output: ImageShape;
  kernel: readonly [height: number, width: number];
  strides: readonly [height: number, width: number];
  dilation: readonly [height: number, width: number];
  groups: number;
  padding: Padding;
  /**
   * Largest side of the cells of outputs that Winograd's minimal filtering may compute; 0 for none.
   */
  winograd: WinogradSide;
}

export const WINOGRAD_SIDES = [0, 2, 4] as const;
export type WinogradSide = (typeof WINOGRAD_SIDES)[number];

/**
 * From this many channels and filters on, Winograd's tiles are faster than sums over taps: they
 * save more products than their transforms cost.
 */
const WINOGRAD_CHANNELS = 8;

/** From this many on, cells of 4 × 4 outputs are faster than cells of 2 × 2. */
const LARGE_CELL_CHANNELS = 32;

/**
 * Largest share of the products of cells of 2 × 2 that cells of 4 × 4 may take: their tiles hold
 * fewer outputs at a time. Cells past the image count too.
 */
const LARGE_CELL_SHARE = 0.8;

/** Products per channel for an image, by cells of `side` × `side` outputs. */
const productsOf = ([height, width]: ImageShape, side: number): number =>
  Math.ceil(height / side) * Math.ceil(width / side) * (side + 2) ** 2;

/** Whether Winograd's minimal filtering can compute this convolution, and does so faster. */
export function suitsWinograd({
  input,
  output,
  kernel,
  strides,
  dilation,
  groups,
  winograd,
}: Convolution): boolean {
  if (winograd === 0) return false;
  const isThreeByThree = kernel.every((side) => side === 3);
  const isPlain = groups === 1 && [...strides, ...dilation].every((step) => step === 1);
  return isThreeByThree && isPlain && Math.min(input[2], output[2]) >= WINOGRAD_CHANNELS;
}

/**
 * Pairs of outputs along a side of the cells that make images of shape `made`: 1 for F(2 × 2,
 * 3 × 3), 2 for F(4 × 4, 3 × 3).
 */
export function pairsFor({ input, output, winograd }: Convolution, made: ImageShape): 1 | 2 {
  const isLarge = winograd === 4 && Math.min(input[2], output[2]) >= LARGE_CELL_CHANNELS;
  return isLarge && productsOf(made, 4) <= LARGE_CELL_SHARE * productsOf(made, 2) ? 2 : 1;
}
