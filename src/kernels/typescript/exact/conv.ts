import { GEMM_EPILOGUE, GROUP_IMAGES, REGISTERS } from '../../contract.js';
import { convShape, planeOf, tapOffset, tapsOf } from '../images/geometry.js';
import type { PreparedOp, PrepareOp } from '../prepare.js';
import { activate, activateBackward } from './activation.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';

/** Channels of y of a conv2d op. */
export function convOutputs(op: PreparedOp): number {
  const { rows, cols } = op.op.operands.w!;
  const perGroup = rows / (op.scalar('kernelH') * op.scalar('kernelW'));
  return op.scalar('transposed') === 1 ? perGroup * op.scalar('groups') : cols;
}

export const prepareConv2d: PrepareOp = (op) => {
  const x = op.f32('x');
  const w = op.f32('w');
  const y = op.f32('y');
  const s = op.has('s') ? op.f32('s') : undefined;
  const bias = op.has('bias') ? op.f32('bias').data : undefined;
  const shape = convShape(op, convOutputs(op));
  const isTransposed = op.scalar('transposed') === 1;
  const epilogue = op.scalar('epilogue');
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  const derive = activateBackward[op.scalar('activation')]!;
  const plane = planeOf(shape.out);
  return (begin, end) => {
    for (let o = 0; o < shape.out.channels; o++) {
      const taps = tapsOf(shape, o, w.rowStride, isTransposed);
      for (let g = begin; g < end; g++) {
        for (let at = 0; at < plane; at++) {
          const pixel = Math.floor(at / GROUP_IMAGES);
          const p = Math.floor(pixel / shape.out.width) * shape.strideH;
          const q = (pixel % shape.out.width) * shape.strideW;
          const from = g * x.rowStride + (p * shape.in.width + q) * GROUP_IMAGES + (at % GROUP_IMAGES);
          let acc = bias === undefined ? 0 : bias[o]!;
          for (const tap of taps) acc = fma(x.data[from + tap.x]!, w.data[tap.w]!, acc);
          const to = o * plane + at;
          if (epilogue === GEMM_EPILOGUE.activation) acc = f(acc, alpha);
          if (epilogue === GEMM_EPILOGUE.derivative)
            acc = derive(acc, s!.data[g * s!.rowStride + to]!, alpha);
          y.data[g * y.rowStride + to] = acc;
        }
      }
    }
    return 0;
  };
};

export const prepareConv2dWeights: PrepareOp = (op) => {
  const x = op.f32('x');
  const dz = op.f32('dz');
  const dw = op.f32('dw');
  const shape = convShape(op, dw.cols);
  const plane = planeOf(shape.out);
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) {
      const c = row % shape.groupIn;
      const j = Math.floor(row / shape.groupIn) % shape.kernelW;
      const i = Math.floor(row / shape.groupIn / shape.kernelW);
      for (let o = 0; o < dw.cols; o++) {
        const channel = Math.floor(o / shape.groupOut) * shape.groupIn + c;
        const tap = tapOffset(shape, channel, i, j);
        lanes.clear();
        for (let g = 0; g < groups; g++) {
          for (let at = 0; at < plane; at++) {
            const pixel = Math.floor(at / GROUP_IMAGES);
            const p = Math.floor(pixel / shape.out.width) * shape.strideH;
            const q = (pixel % shape.out.width) * shape.strideW;
            const l = at % GROUP_IMAGES;
            const value = x.data[g * x.rowStride + tap + (p * shape.in.width + q) * GROUP_IMAGES + l]!;
            lanes.set(l, fma(value, dz.data[g * dz.rowStride + o * plane + at]!, lanes.get(l)));
          }
        }
        dw.data[row * dw.rowStride + o] = lanes.sum();
      }
    }
    return 0;
  };
};

export const prepareChannelSums: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db');
  const plane = dz.cols / db.cols;
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let o = begin; o < end; o++) {
      lanes.clear();
      for (let g = 0; g < groups; g++) {
        for (let i = 0; i < plane; i++) {
          lanes.add(i % GROUP_IMAGES, dz.data[g * dz.rowStride + o * plane + i]!);
        }
      }
      db.data[o] = lanes.sum();
    }
    return 0;
  };
};
