import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';

/** A loss that is a mean over columns of a function of d = y − t. */
function differenceLoss(
  numerator: number,
  accumulate: (d: number, lane: number) => number,
  gradient: (d: number, scale: number) => number,
): PrepareOp {
  return (op) => {
    const y = op.f32('y');
    const target = op.f32('target');
    const dy = op.optional('f32', 'dy');
    const rowLoss = op.f32('rowLoss');
    const lanes = new Lanes();
    return (begin, end, registers) => {
      const scale = scaleOver(numerator, registers, y.cols);
      for (let r = begin; r < end; r++) {
        lanes.clear();
        for (let j = 0; j < y.cols; j++) {
          const t = target.data[r * target.rowStride + j] as number;
          const d = fround((y.data[r * y.rowStride + j] as number) - t);
          lanes.set(j, accumulate(d, lanes.get(j)));
          if (dy !== undefined) dy.data[r * dy.rowStride + j] = gradient(d, scale);
        }
        rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / fround(y.cols);
      }
      return 0;
    };
  };
}

function derivative(d: number, scale: number): number {
  if (d > 0) return scale;
  return d < 0 ? -scale : d;
}

export const meanSquaredError = differenceLoss(
  2,
  (d, lane) => fma(d, d, lane),
  (d, scale) => fround(d * scale),
);

export const meanAbsoluteError = differenceLoss(1, (d, lane) => fround(lane + Math.abs(d)), derivative);

export const huber: PrepareOp = (op) => {
  const delta = fround(op.scalar('delta'));
  return differenceLoss(
    1,
    (d, lane) => {
      const size = Math.abs(d);
      const clipped = Math.min(size, delta);
      return fma(clipped, fma(-0.5, clipped, size), lane);
    },
    (d, scale) => fround((Math.abs(d) > delta ? (d > 0 ? delta : -delta) : d) * scale),
  )(op);
};
