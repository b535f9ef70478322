import { convShape, forwardTaps } from '../images/geometry.js';
import { maxPool2dRowsWith } from '../images/rows.js';
import type { F32, F64, PrepareOp } from '../kernel.js';
import { mapRow } from './activation.js';

/** acc[o] += value·w[from + o]. */
function addScaled(acc: F64, value: number, w: F32, from: number): void {
  for (let o = 0; o < acc.length; o++) acc[o] = acc[o]! + value * w[from + o]!;
}

/** Sums in the order of fast `conv2d`, so that an image has the same bits in both layouts. */
export const conv2dRows: PrepareOp = (op) => {
  const x = op.f32('x');
  const w = op.f32('w');
  const y = op.f32('y');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, w.cols);
  const { in: source, out, groupIn, groupOut, groups } = shape;
  const { kernel } = shape.columns;
  const [rows, columns] = [forwardTaps(shape.rows), forwardTaps(shape.columns)];
  const alpha = Math.fround(op.scalar('alpha'));
  const map = mapRow(op.scalar('activation'));
  const acc = new Float64Array(groupOut);
  const sumPixel = (image: number, group: number, p: number, q: number): void => {
    const firstOut = group * groupOut;
    if (bias === undefined) acc.fill(0);
    else for (let o = 0; o < groupOut; o++) acc[o] = bias[firstOut + o]!;
    for (let c = 0; c < groupIn; c++) {
      const channel = image + group * groupIn + c;
      for (const { element: i, at: h } of rows[p]!) {
        for (const { element: j, at: v } of columns[q]!) {
          const row = (i * kernel + j) * groupIn + c;
          const value = x.data[channel + (h * source.width + v) * source.channels]!;
          addScaled(acc, value, w.data, row * w.rowStride + firstOut);
        }
      }
    }
  };
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const image = r * x.rowStride;
      const first = r * y.rowStride;
      for (let p = 0; p < out.height; p++) {
        for (let q = 0; q < out.width; q++) {
          const to = first + (p * out.width + q) * out.channels;
          for (let group = 0; group < groups; group++) {
            sumPixel(image, group, p, q);
            y.data.set(acc, to + group * groupOut);
          }
        }
      }
      map(y.data, first, y.data, first, y.cols, alpha);
    }
    return 0;
  };
};

export const maxPool2dRows = maxPool2dRowsWith(mapRow);
