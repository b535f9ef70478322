import { GEMM_EPILOGUE, GROUP_IMAGES, REGISTERS } from '../../contract.js';
import { convOutputs } from '../exact/conv.js';
import { convShape, planeOf, tapOffset, tapsOf } from '../images/geometry.js';
import type { F32, F64, PrepareOp } from '../prepare.js';
import { deriveRow, mapRow } from './activation.js';

/** acc[k] += weight·x[from + k] for a row of output pixels, whose inputs lie `step` apart. */
function addTap(acc: F64, x: F32, from: number, weight: number, width: number, step: number): void {
  if (step === GROUP_IMAGES) {
    const length = width * GROUP_IMAGES;
    for (let k = 0; k < length; k++) acc[k] = acc[k]! + weight * x[from + k]!;
    return;
  }
  for (let q = 0; q < width; q++) {
    const to = q * GROUP_IMAGES;
    const at = from + q * step;
    for (let l = 0; l < GROUP_IMAGES; l++) acc[to + l] = acc[to + l]! + weight * x[at + l]!;
  }
}

export const conv2d: PrepareOp = (op) => {
  const x = op.f32('x');
  const w = op.f32('w');
  const y = op.f32('y');
  const s = op.has('s') ? op.f32('s') : undefined;
  const bias = op.has('bias') ? op.f32('bias').data : undefined;
  const shape = convShape(op, convOutputs(op));
  const isTransposed = op.scalar('transposed') === 1;
  const epilogue = op.scalar('epilogue');
  const alpha = Math.fround(op.scalar('alpha'));
  const map = mapRow(op.scalar('activation'));
  const derive = deriveRow(op.scalar('activation'));
  const plane = planeOf(shape.out);
  const { height, width } = shape.out;
  const acc = new Float64Array(width * GROUP_IMAGES);
  const step = shape.strideW * GROUP_IMAGES;
  return (begin, end) => {
    for (let o = 0; o < shape.out.channels; o++) {
      const taps = tapsOf(shape, o, w.rowStride, isTransposed);
      for (let g = begin; g < end; g++) {
        for (let p = 0; p < height; p++) {
          acc.fill(bias === undefined ? 0 : bias[o]!);
          const from = g * x.rowStride + p * shape.strideH * shape.in.width * GROUP_IMAGES;
          for (const tap of taps) addTap(acc, x.data, from + tap.x, w.data[tap.w]!, width, step);
          const to = g * y.rowStride + o * plane + p * width * GROUP_IMAGES;
          y.data.set(acc, to);
          if (epilogue === GEMM_EPILOGUE.activation) map(y.data, to, y.data, to, acc.length, alpha);
          if (epilogue === GEMM_EPILOGUE.derivative) {
            const at = g * s!.rowStride + o * plane + p * width * GROUP_IMAGES;
            derive(y.data, to, s!.data, at, y.data, to, acc.length, alpha);
          }
        }
      }
    }
    return 0;
  };
};

export const conv2dWeights: PrepareOp = (op) => {
  const x = op.f32('x');
  const dz = op.f32('dz');
  const dw = op.f32('dw');
  const shape = convShape(op, dw.cols);
  const plane = planeOf(shape.out);
  const { height, width } = shape.out;
  const step = shape.strideW * GROUP_IMAGES;
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) {
      const c = row % shape.groupIn;
      const j = Math.floor(row / shape.groupIn) % shape.kernelW;
      const i = Math.floor(row / shape.groupIn / shape.kernelW);
      for (let o = 0; o < dw.cols; o++) {
        const channel = Math.floor(o / shape.groupOut) * shape.groupIn + c;
        const tap = tapOffset(shape, channel, i, j);
        let sum = 0;
        for (let g = 0; g < groups; g++) {
          for (let p = 0; p < height; p++) {
            const from = g * x.rowStride + tap + p * shape.strideH * shape.in.width * GROUP_IMAGES;
            const slopes = g * dz.rowStride + o * plane + p * width * GROUP_IMAGES;
            sum += rowProduct(x.data, from, step, dz.data, slopes, width);
          }
        }
        dw.data[row * dw.rowStride + o] = sum;
      }
    }
    return 0;
  };
};

/** Sum of x·dz over a row of pixels and all images, in four parts so that additions need not wait for each other. */
function rowProduct(x: F32, from: number, step: number, dz: F32, slopes: number, width: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let q = 0; q < width; q++) {
    const at = from + q * step;
    const to = slopes + q * GROUP_IMAGES;
    for (let l = 0; l < GROUP_IMAGES; l += 4) {
      a += x[at + l]! * dz[to + l]!;
      b += x[at + l + 1]! * dz[to + l + 1]!;
      c += x[at + l + 2]! * dz[to + l + 2]!;
      d += x[at + l + 3]! * dz[to + l + 3]!;
    }
  }
  return a + b + (c + d);
}

export const channelSums: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db');
  const plane = dz.cols / db.cols;
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let o = begin; o < end; o++) {
      let sum = 0;
      for (let g = 0; g < groups; g++) {
        const at = g * dz.rowStride + o * plane;
        for (let i = 0; i < plane; i++) sum += dz.data[at + i]!;
      }
      db.data[o] = sum;
    }
    return 0;
  };
};
