import { GROUP_IMAGES, imagePlane } from '../../contract.js';
import type { PreparedOp } from '../kernel.js';

/** Sizes of the images of an operand. */
export interface ImageShape {
  channels: number;
  height: number;
  width: number;
}

/** Elements from one channel of a group of images to the next. */
export const planeOf = ({ height, width }: ImageShape): number => imagePlane(height, width);
/** Elements of one channel of a group of images. */
export const channelOf = ({ height, width }: ImageShape): number => height * width * GROUP_IMAGES;

export function imageShape(op: PreparedOp): ImageShape {
  return { channels: op.scalar('channels'), height: op.scalar('height'), width: op.scalar('width') };
}

/** One side of a convolution. */
export interface ConvAxis {
  /** Sizes of x and y. */
  in: number;
  out: number;
  kernel: number;
  stride: number;
  dilation: number;
  /** Rows or columns of padding before x. */
  before: number;
}

/** A convolution. */
export interface ConvShape {
  in: ImageShape;
  out: ImageShape;
  rows: ConvAxis;
  columns: ConvAxis;
  groups: number;
  /** Channels of x and of y in one of the groups of channels. */
  groupIn: number;
  groupOut: number;
}

/** @param outputs channels of y */
export function convShape(op: PreparedOp, outputs: number): ConvShape {
  const input = imageShape(op);
  const out = { channels: outputs, height: op.scalar('outHeight'), width: op.scalar('outWidth') };
  const groups = op.scalar('groups');
  return {
    in: input,
    out,
    rows: {
      in: input.height,
      out: out.height,
      kernel: op.scalar('kernelH'),
      stride: op.scalar('strideH'),
      dilation: op.scalar('dilationH'),
      before: op.scalar('top'),
    },
    columns: {
      in: input.width,
      out: out.width,
      kernel: op.scalar('kernelW'),
      stride: op.scalar('strideW'),
      dilation: op.scalar('dilationW'),
      before: op.scalar('left'),
    },
    groups,
    groupIn: input.channels / groups,
    groupOut: outputs / groups,
  };
}

/** Element (i, j) of the kernel and input channel c, within its group, of a row of the weights. */
export function weightOfRow(
  { groupIn, columns }: ConvShape,
  row: number,
): { i: number; j: number; c: number } {
  const element = Math.floor(row / groupIn);
  return { i: Math.floor(element / columns.kernel), j: element % columns.kernel, c: row % groupIn };
}

/** A tap of one position on one side: the kernel's element, and where it meets the other image. */
export interface AxisTap {
  element: number;
  at: number;
}

/** For each position of y, the taps within x; kernel elements ascending. */
export function forwardTaps({ in: size, out, kernel, stride, dilation, before }: ConvAxis): AxisTap[][] {
  return Array.from({ length: out }, (_, p) => {
    const taps: AxisTap[] = [];
    for (let element = 0; element < kernel; element++) {
      const at = p * stride - before + element * dilation;
      if (at >= 0 && at < size) taps.push({ element, at });
    }
    return taps;
  });
}

/** For each position of x, the taps that meet it from y; kernel elements ascending. */
export function backwardTaps(axis: ConvAxis): AxisTap[][] {
  const met: AxisTap[][] = Array.from({ length: axis.in }, () => []);
  forwardTaps(axis).forEach((taps, p) => {
    for (const { element, at } of taps) met[at]!.push({ element, at: p });
  });
  for (const taps of met) taps.sort((a, b) => a.element - b.element);
  return met;
}

/** Pooling windows. */
export interface PoolShape {
  in: ImageShape;
  out: ImageShape;
  poolH: number;
  poolW: number;
  strideH: number;
  strideW: number;
  top: number;
  left: number;
}

export function poolShape(op: PreparedOp): PoolShape {
  const input = imageShape(op);
  return {
    in: input,
    out: { channels: input.channels, height: op.scalar('outHeight'), width: op.scalar('outWidth') },
    poolH: op.scalar('poolH'),
    poolW: op.scalar('poolW'),
    strideH: op.scalar('strideH'),
    strideW: op.scalar('strideW'),
    top: op.scalar('top'),
    left: op.scalar('left'),
  };
}

/** A window: the elements of the image that it covers, and where its own count of elements begins. */
export interface Window {
  /** Offset of the output element, within a plane. */
  at: number;
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
  /** Row and column of the image at which the window itself begins; may be negative. */
  top: number;
  left: number;
}

/** All windows of a plane, row by row. */
export function windowsOf(shape: PoolShape): Window[] {
  const { out, poolH, poolW, strideH, strideW } = shape;
  const windows: Window[] = [];
  for (let p = 0; p < out.height; p++) {
    for (let q = 0; q < out.width; q++) {
      const top = p * strideH - shape.top;
      const left = q * strideW - shape.left;
      windows.push({
        at: (p * out.width + q) * GROUP_IMAGES,
        firstRow: Math.max(0, top),
        lastRow: Math.min(shape.in.height, top + poolH),
        firstColumn: Math.max(0, left),
        lastColumn: Math.min(shape.in.width, left + poolW),
        top,
        left,
      });
    }
  }
  return windows;
}
