import { GROUP_IMAGES, WINOGRAD_POINTS } from '../../contract.js';
import type { F32 } from '../kernel.js';
import { type ConvShape, type ImageShape, planeOf } from './geometry.js';

/** The point to which a bias is added. */
export const BIAS_POINT = 5;

/** What becomes of each sum: float32's rounding, or nothing. */
export type Round = (x: number) => number;

/** Numbers of one tile. */
export type Tile = Float64Array;

/** A convolution by minimal filtering, in one direction: what it reads, and what lies before it. */
export interface WinogradShape {
  from: ImageShape;
  to: ImageShape;
  top: number;
  left: number;
}

export const forwardShape = (shape: ConvShape): WinogradShape => ({
  from: shape.in,
  to: shape.out,
  top: shape.rows.before,
  left: shape.columns.before,
});

/** The input gradient: the image and what is made of it change places, and padding becomes what is missing of 2. */
export const backwardShape = (shape: ConvShape): WinogradShape => ({
  from: shape.out,
  to: shape.in,
  top: 2 - shape.rows.before,
  left: 2 - shape.columns.before,
});

/** Cells along a side, of 2 × 2 outputs if nothing else is said. */
export const cellsOf = (size: number, cell = 2): number => Math.ceil(size / cell);

/** Bᵀ d B, in place. */
export function transformTile(d: Tile, round: Round): void {
  const four = (at: number, step: number): void => {
    const [a, b, c, e] = [d[at]!, d[at + step]!, d[at + 2 * step]!, d[at + 3 * step]!];
    d[at] = round(a - c);
    d[at + step] = round(b + c);
    d[at + 2 * step] = round(c - b);
    d[at + 3 * step] = round(e - b);
  };
  for (let j = 0; j < 4; j++) four(j, 4);
  for (let i = 0; i < 4; i++) four(4 * i, 1);
}

/** G g Gᵀ of 3 × 3. */
export function transformKernel(g: Tile, to: Tile, round: Round): void {
  const four = (a: number, b: number, c: number): [number, number, number, number] => {
    const ends = round(a + c);
    return [a, round(round(ends + b) * 0.5), round(round(ends - b) * 0.5), c];
  };
  const down = [0, 1, 2].map((j) => four(g[j]!, g[3 + j]!, g[6 + j]!));
  for (let i = 0; i < 4; i++) to.set(four(down[0]![i]!, down[1]![i]!, down[2]![i]!), 4 * i);
}

/** Aᵀ m A: z[0][0], z[0][1], z[1][0], z[1][1]. */
export function transformProducts(m: Tile, to: Tile, round: Round): void {
  const two = (a: number, b: number, c: number, d: number): [number, number] => [
    round(round(a + b) + c),
    round(round(b - c) + d),
  ];
  const down = [0, 1, 2, 3].map((j) => two(m[j]!, m[4 + j]!, m[8 + j]!, m[12 + j]!));
  for (let i = 0; i < 2; i++) to.set(two(down[0]![i]!, down[1]![i]!, down[2]![i]!, down[3]![i]!), 2 * i);
}

/** A z Aᵀ of 2 × 2. */
export function transformGradients(z: Tile, to: Tile, round: Round): void {
  const four = (a: number, b: number): [number, number, number, number] => [a, round(a + b), round(a - b), b];
  const [left, right] = [four(z[0]!, z[2]!), four(z[1]!, z[3]!)];
  for (let i = 0; i < 4; i++) to.set(four(left[i]!, right[i]!), 4 * i);
}

/** Element (i, j) of Gᵀ u G. */
export function transformSums(u: Tile, i: number, j: number, round: Round): number {
  const one = (row: number, a: number, b: number, c: number, d: number): number => {
    if (row === 1) return round(round(b - c) * 0.5);
    const middle = round(round(b + c) * 0.5);
    return row === 0 ? round(a + middle) : round(middle + d);
  };
  const down = [0, 1, 2, 3].map((k) => one(i, u[k]!, u[4 + k]!, u[8 + k]!, u[12 + k]!));
  return one(j, down[0]!, down[1]!, down[2]!, down[3]!);
}

/** The size × size elements from (row, column) on of one channel and image, 0 outside. */
export function readTile(
  from: F32,
  plane: number,
  { height, width }: Pick<ImageShape, 'height' | 'width'>,
  corner: readonly [row: number, column: number],
  size: number,
  to: Tile,
): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [row, column] = [corner[0] + i, corner[1] + j];
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      to[i * size + j] = inside ? from[plane + (row * width + column) * GROUP_IMAGES]! : 0;
    }
  }
}

/**
 * Transformed tiles of x (`V`: point, channel, cell and image) and of the gradient (`Z`: point, output, cell and image) for
 * one row of cells of one group of images.
 */
export class WeightTiles {
  readonly columns: number;
  /** Numbers of a channel or an output at one point. */
  readonly length: number;
  readonly V: Float64Array;
  readonly Z: Float64Array;
  private readonly tile = new Float64Array(WINOGRAD_POINTS);
  private readonly gradients = new Float64Array(4);

  constructor(
    private readonly shape: ConvShape,
    private readonly round: Round,
  ) {
    this.columns = cellsOf(shape.out.width);
    this.length = this.columns * GROUP_IMAGES;
    this.V = new Float64Array(WINOGRAD_POINTS * shape.in.channels * this.length);
    this.Z = new Float64Array(WINOGRAD_POINTS * shape.out.channels * this.length);
  }

  /** @param x, dz where the group of images begins */
  read(x: F32, xAt: number, dz: F32, dzAt: number, p: number): void {
    const { shape, tile, gradients, round } = this;
    const corner = (q: number): [number, number] => [2 * p - shape.rows.before, 2 * q - shape.columns.before];
    this.each(shape.in.channels, (c, q, l, at) => {
      readTile(x, xAt + c * planeOf(shape.in) + l, shape.in, corner(q), 4, tile);
      transformTile(tile, round);
      this.scatter(this.V, shape.in.channels, at);
    });
    this.each(shape.out.channels, (o, q, l, at) => {
      readTile(dz, dzAt + o * planeOf(shape.out) + l, shape.out, [2 * p, 2 * q], 2, gradients);
      transformGradients(gradients, tile, round);
      this.scatter(this.Z, shape.out.channels, at);
    });
  }

  private each(channels: number, work: (c: number, q: number, l: number, at: number) => void): void {
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < this.length; k++) {
        work(c, Math.floor(k / GROUP_IMAGES), k % GROUP_IMAGES, c * this.length + k);
      }
    }
  }

  private scatter(to: Float64Array, channels: number, at: number): void {
    for (let point = 0; point < WINOGRAD_POINTS; point++) {
      to[point * channels * this.length + at] = this.tile[point]!;
    }
  }
}

/** dw = Gᵀ du G at row `row` of dw. */
export function gradientRow(
  du: { data: F32; rowStride: number },
  dw: { data: F32; rowStride: number; rows: number; cols: number },
  row: number,
  round: Round,
): void {
  const channels = dw.rows / 9;
  const c = row % channels;
  const tap = Math.floor(row / channels);
  const sums = new Float64Array(WINOGRAD_POINTS);
  for (let o = 0; o < dw.cols; o++) {
    for (let point = 0; point < WINOGRAD_POINTS; point++) {
      sums[point] = du.data[(point * channels + c) * du.rowStride + o]!;
    }
    dw.data[row * dw.rowStride + o] = transformSums(sums, Math.floor(tap / 3), tap % 3, round);
  }
}
