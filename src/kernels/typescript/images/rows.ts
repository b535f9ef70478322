import { GROUP_IMAGES } from '../../contract.js';
import { fround } from '../exact/fma.js';
import type { MapRow } from '../fast/activation.js';
import type { PrepareOp } from '../kernel.js';
import { imageShape, poolShape, windowsOf } from './geometry.js';

export const padRows: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const { channels, height, width } = imageShape(op);
  const outRow = op.scalar('outWidth') * channels;
  const first = op.scalar('top') * outRow + op.scalar('left') * channels;
  const inRow = width * channels;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const to = r * y.rowStride;
      y.data.fill(0, to, to + y.cols);
      for (let h = 0; h < height; h++) {
        const from = r * x.rowStride + h * inRow;
        for (let k = 0; k < inRow; k++) y.data[to + first + h * outRow + k] = x.data[from + k]!;
      }
    }
    return 0;
  };
};

/** @param mapOf the activations of a set of kernels, by number */
export const maxPool2dRowsWith =
  (mapOf: (activation: number) => MapRow): PrepareOp =>
  (op) => {
    const x = op.f32('x');
    const y = op.f32('y');
    const shape = poolShape(op);
    const windows = windowsOf(shape);
    const { channels, width } = shape.in;
    const alpha = fround(op.scalar('alpha'));
    const map = mapOf(op.scalar('activation'));
    return (begin, end) => {
      for (let r = begin; r < end; r++) {
        const from = r * x.rowStride;
        const to = r * y.rowStride;
        for (const { at, firstRow, lastRow, firstColumn, lastColumn } of windows) {
          for (let c = 0; c < channels; c++) {
            let best = x.data[from + (firstRow * width + firstColumn) * channels + c]!;
            for (let h = firstRow; h < lastRow; h++) {
              for (let w = firstColumn; w < lastColumn; w++) {
                const value = x.data[from + (h * width + w) * channels + c]!;
                if (value > best) best = value;
              }
            }
            y.data[to + (at / GROUP_IMAGES) * channels + c] = best;
          }
        }
        map(y.data, to, y.data, to, y.cols, alpha);
      }
      return 0;
    };
  };

export const averagePool2dRows: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const shape = poolShape(op);
  const windows = windowsOf(shape);
  const { channels, width } = shape.in;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const from = r * x.rowStride;
      for (const { at, firstRow, lastRow, firstColumn, lastColumn } of windows) {
        const count = fround((lastRow - firstRow) * (lastColumn - firstColumn));
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let h = firstRow; h < lastRow; h++) {
            for (let w = firstColumn; w < lastColumn; w++) {
              sum = fround(sum + x.data[from + (h * width + w) * channels + c]!);
            }
          }
          y.data[r * y.rowStride + (at / GROUP_IMAGES) * channels + c] = sum / count;
        }
      }
    }
    return 0;
  };
};
