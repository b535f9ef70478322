import type { MapRow } from '../fast/activation.js';
import { convShape, forwardTaps } from '../images/geometry.js';
import { maxPool2dRowsWith } from '../images/rows.js';
import type { PrepareOp } from '../kernel.js';
import { activate } from './activation.js';
import { fma, fround } from './fma.js';

const mapOf = (activation: number): MapRow => {
  const f = activate[activation]!;
  return (x, xFrom, y, yFrom, count, alpha) => {
    for (let j = 0; j < count; j++) y[yFrom + j] = f(x[xFrom + j]!, alpha);
  };
};

export const conv2dRows: PrepareOp = (op) => {
  const x = op.f32('x');
  const w = op.f32('w');
  const y = op.f32('y');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, w.cols);
  const { in: source, out, groupIn, groupOut, columns: axis } = shape;
  const [rows, columns] = [forwardTaps(shape.rows), forwardTaps(axis)];
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  const chain = (r: number, o: number, p: number, q: number): number => {
    const first = r * x.rowStride + Math.floor(o / groupOut) * groupIn;
    let acc = bias === undefined ? 0 : bias[o]!;
    for (let c = 0; c < groupIn; c++) {
      for (const { element: i, at: h } of rows[p]!) {
        for (const { element: j, at: v } of columns[q]!) {
          const weight = w.data[((i * axis.kernel + j) * groupIn + c) * w.rowStride + o]!;
          acc = fma(x.data[first + (h * source.width + v) * source.channels + c]!, weight, acc);
        }
      }
    }
    return acc;
  };
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      let to = r * y.rowStride;
      for (let p = 0; p < out.height; p++) {
        for (let q = 0; q < out.width; q++) {
          for (let o = 0; o < out.channels; o++) y.data[to++] = f(chain(r, o, p, q), alpha);
        }
      }
    }
    return 0;
  };
};

export const maxPool2dRows = maxPool2dRowsWith(mapOf);
