import { GROUP_IMAGES } from '../../contract.js';
import type { PreparedOp } from '../prepare.js';

/** Sizes of the images of an operand. */
export interface ImageShape {
  channels: number;
  height: number;
  width: number;
}

/** Elements of one channel of a group of images. */
export const planeOf = ({ height, width }: ImageShape): number => height * width * GROUP_IMAGES;

export function imageShape(op: PreparedOp): ImageShape {
  return { channels: op.scalar('channels'), height: op.scalar('height'), width: op.scalar('width') };
}

/** A convolution without padding. */
export interface ConvShape {
  in: ImageShape;
  out: ImageShape;
  kernelH: number;
  kernelW: number;
  strideH: number;
  strideW: number;
  dilationH: number;
  dilationW: number;
  groups: number;
  /** Channels of x and of y in one of the groups of channels. */
  groupIn: number;
  groupOut: number;
}

const outSize = (size: number, kernel: number, stride: number, dilation: number): number =>
  Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;

/** @param outputs channels of y */
export function convShape(op: PreparedOp, outputs: number): ConvShape {
  const input = imageShape(op);
  const [kernelH, kernelW] = [op.scalar('kernelH'), op.scalar('kernelW')];
  const [strideH, strideW] = [op.scalar('strideH'), op.scalar('strideW')];
  const [dilationH, dilationW] = [op.scalar('dilationH'), op.scalar('dilationW')];
  const groups = op.scalar('groups');
  return {
    in: input,
    out: {
      channels: outputs,
      height: outSize(input.height, kernelH, strideH, dilationH),
      width: outSize(input.width, kernelW, strideW, dilationW),
    },
    kernelH,
    kernelW,
    strideH,
    strideW,
    dilationH,
    dilationW,
    groups,
    groupIn: input.channels / groups,
    groupOut: outputs / groups,
  };
}

/** One tap of one channel: where its inputs begin in a group's images, and the position of its weight in w. */
export interface Tap {
  x: number;
  w: number;
}

/** The taps of output o of a conv2d op, in the contract's order; `ld` is the row stride of w. */
export function tapsOf(shape: ConvShape, o: number, ld: number, isTransposed: boolean): Tap[] {
  const { kernelH, kernelW, groupIn, groupOut } = shape;
  const group = Math.floor(o / groupOut);
  const own = o % groupOut;
  const taps: Tap[] = [];
  for (let c = 0; c < groupIn; c++) {
    for (let i = 0; i < kernelH; i++) {
      for (let j = 0; j < kernelW; j++) {
        const x = tapOffset(shape, group * groupIn + c, i, j);
        // Rows of w are (i, j, channel within its group), columns the outputs of the forward pass.
        const row = isTransposed
          ? ((kernelH - 1 - i) * kernelW + (kernelW - 1 - j)) * groupOut + own
          : (i * kernelW + j) * groupIn + c;
        taps.push({ x, w: row * ld + (isTransposed ? group * groupIn + c : o) });
      }
    }
  }
  return taps;
}

/** Where the inputs of tap (i, j) of channel c begin in a group's images. */
export function tapOffset(shape: ConvShape, c: number, i: number, j: number): number {
  const { width } = shape.in;
  return c * planeOf(shape.in) + (i * shape.dilationH * width + j * shape.dilationW) * GROUP_IMAGES;
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
