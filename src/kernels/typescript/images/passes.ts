import type { F32, Matrix, PreparedOp } from '../kernel.js';
import { type AxisTap, backwardTaps, type ConvShape, forwardTaps, type ImageShape } from './geometry.js';

/** One direction of a convolution: what it reads, and which weights and planes belong to an output. */
export interface Pass {
  from: Matrix<F32>;
  source: ImageShape;
  taps: { rows: AxisTap[][]; columns: AxisTap[][] };
  /** Planes of the source that output `o` sums over: the first, and how many. */
  channels: (o: number) => { first: number; count: number };
  w: Matrix<F32>;
  /** Position in w of output o, the c-th of its channels, kernel element (i, j). */
  weight: (o: number, c: number, i: number, j: number) => number;
}

export function forwardPass(op: PreparedOp, shape: ConvShape): Pass {
  const { groupIn, groupOut } = shape;
  const { kernel } = shape.columns;
  const w = op.f32('w');
  return {
    w,
    from: op.f32('x'),
    source: shape.in,
    taps: { rows: forwardTaps(shape.rows), columns: forwardTaps(shape.columns) },
    channels: (o) => ({ first: Math.floor(o / groupOut) * groupIn, count: groupIn }),
    weight: (o, c, i, j) => ((i * kernel + j) * groupIn + c) * w.rowStride + o,
  };
}

export function backwardPass(op: PreparedOp, shape: ConvShape): Pass {
  const { groupIn, groupOut } = shape;
  const { kernel } = shape.columns;
  const w = op.f32('w');
  return {
    w,
    from: op.f32('dz'),
    source: shape.out,
    taps: { rows: backwardTaps(shape.rows), columns: backwardTaps(shape.columns) },
    channels: (c) => ({ first: Math.floor(c / groupIn) * groupOut, count: groupOut }),
    weight: (c, o, i, j) =>
      ((i * kernel + j) * groupIn + (c % groupIn)) * w.rowStride + Math.floor(c / groupIn) * groupOut + o,
  };
}
