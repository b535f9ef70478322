import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';

/** Mean over columns of (y − t)², with its gradient. */
export const meanSquaredError: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const { cols } = y;
  return (begin, end, registers) => {
    const scale = scaleOver(2, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const d = y.data[from + j]! - target.data[at + j]!;
        loss += d * d;
        if (dy !== undefined) dy.data[r * dy.rowStride + j] = d * scale;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};

/** Mean over columns of |y − t|, with its gradient (0 where y = t). */
export const meanAbsoluteError: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const { cols } = y;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const d = y.data[from + j]! - target.data[at + j]!;
        loss += Math.abs(d);
        // A NaN stays one.
        if (dy !== undefined) dy.data[r * dy.rowStride + j] = d > 0 ? scale : d < 0 ? -scale : d;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};

/** Mean over columns of ½d² up to delta and delta·(|d| − ½·delta) beyond, d = y − t, with its gradient. */
export const huber: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const delta = Math.fround(op.scalar('delta'));
  const { cols } = y;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const d = y.data[from + j]! - target.data[at + j]!;
        const size = Math.abs(d);
        // A NaN is not larger than anything and stays one.
        const isLarge = size > delta;
        const clipped = isLarge ? delta : size;
        loss += clipped * (size - 0.5 * clipped);
        if (dy === undefined) continue;
        dy.data[r * dy.rowStride + j] = (isLarge ? (d > 0 ? delta : -delta) : d) * scale;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};
