import { GROUP_IMAGES } from '../../contract.js';
import { activateBackward } from '../exact/activation.js';
import { fround } from '../exact/fma.js';
import type { PrepareOp } from '../kernel.js';
import { planeOf, poolShape, windowsOf } from './geometry.js';

export const maxPool2d: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const index = op.optional('u8', 'index');
  const shape = poolShape(op);
  const windows = windowsOf(shape);
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  const { poolW } = shape;
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let c = 0; c < shape.in.channels; c++) {
        const from = g * x.rowStride + c * planeIn;
        for (const { at, firstRow, lastRow, firstColumn, lastColumn, top, left } of windows) {
          for (let l = 0; l < GROUP_IMAGES; l++) {
            let best = x.data[from + (firstRow * shape.in.width + firstColumn) * GROUP_IMAGES + l]!;
            let place = (firstRow - top) * poolW + firstColumn - left;
            for (let h = firstRow; h < lastRow; h++) {
              for (let w = firstColumn; w < lastColumn; w++) {
                const value = x.data[from + (h * shape.in.width + w) * GROUP_IMAGES + l]!;
                if (value > best) {
                  best = value;
                  place = (h - top) * poolW + w - left;
                }
              }
            }
            const to = c * planeOut + at + l;
            y.data[g * y.rowStride + to] = best;
            if (index !== undefined) index.data[g * index.rowStride + to] = place;
          }
        }
      }
    }
    return 0;
  };
};

export const maxPool2dBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const dx = op.f32('dx');
  const index = op.u8('index');
  const s = op.optional('f32', 's');
  const shape = poolShape(op);
  const windows = windowsOf(shape);
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      dx.data.fill(0, g * dx.rowStride, g * dx.rowStride + dx.cols);
      for (let c = 0; c < shape.in.channels; c++) {
        for (const { at, top, left } of windows) {
          for (let l = 0; l < GROUP_IMAGES; l++) {
            const from = c * planeOut + at + l;
            const gradient = dy.data[g * dy.rowStride + from]!;
            const own = s === undefined ? gradient : derive(gradient, s.data[g * s.rowStride + from]!, alpha);
            const place = index.data[g * index.rowStride + from]!;
            const h = top + Math.floor(place / shape.poolW);
            const w = left + (place % shape.poolW);
            if (h < 0 || w < 0 || h >= Math.min(shape.in.height, top + shape.poolH) || w >= shape.in.width)
              continue;
            const to = g * dx.rowStride + c * planeIn + (h * shape.in.width + w) * GROUP_IMAGES + l;
            dx.data[to] = dx.data[to]! + own;
          }
        }
      }
    }
    return 0;
  };
};

export const averagePool2d: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const shape = poolShape(op);
  const windows = windowsOf(shape);
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let c = 0; c < shape.in.channels; c++) {
        const from = g * x.rowStride + c * planeIn;
        for (const { at, firstRow, lastRow, firstColumn, lastColumn } of windows) {
          const count = fround((lastRow - firstRow) * (lastColumn - firstColumn));
          for (let l = 0; l < GROUP_IMAGES; l++) {
            let sum = 0;
            for (let h = firstRow; h < lastRow; h++) {
              for (let w = firstColumn; w < lastColumn; w++) {
                sum = fround(sum + x.data[from + (h * shape.in.width + w) * GROUP_IMAGES + l]!);
              }
            }
            y.data[g * y.rowStride + c * planeOut + at + l] = sum / count;
          }
        }
      }
    }
    return 0;
  };
};

export const averagePool2dBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const dx = op.f32('dx');
  const shape = poolShape(op);
  const windows = windowsOf(shape);
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      dx.data.fill(0, g * dx.rowStride, g * dx.rowStride + dx.cols);
      for (let c = 0; c < shape.in.channels; c++) {
        const to = g * dx.rowStride + c * planeIn;
        for (const { at, firstRow, lastRow, firstColumn, lastColumn } of windows) {
          const count = fround((lastRow - firstRow) * (lastColumn - firstColumn));
          for (let l = 0; l < GROUP_IMAGES; l++) {
            const share = fround(dy.data[g * dy.rowStride + c * planeOut + at + l]! / count);
            for (let h = firstRow; h < lastRow; h++) {
              for (let w = firstColumn; w < lastColumn; w++) {
                const element = to + (h * shape.in.width + w) * GROUP_IMAGES + l;
                dx.data[element] = dx.data[element]! + share;
              }
            }
          }
        }
      }
    }
    return 0;
  };
};
