import type { PrepareOp } from '../kernel.js';

/** Weights of rows, on what a loss has left: its value and its gradient. */
export const weightRows: PrepareOp = (op) => {
  const weights = op.f32('weights');
  const dz = op.optional('f32', 'dz');
  const rowLoss = op.f32('rowLoss');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const weight = weights.data[r * weights.rowStride]!;
      const at = r * rowLoss.rowStride;
      rowLoss.data[at] = rowLoss.data[at]! * weight;
      if (dz === undefined) continue;
      const from = r * dz.rowStride;
      for (let j = from; j < from + dz.cols; j++) dz.data[j] = dz.data[j]! * weight;
    }
    return 0;
  };
};

/** Weights of rows, on the values of a metric; the last column becomes the weight itself. */
export const weighColumns: PrepareOp = (op) => {
  const weights = op.f32('weights');
  const values = op.f32('values');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const weight = weights.data[r * weights.rowStride]!;
      const from = r * values.rowStride;
      const last = from + values.cols - 1;
      for (let j = from; j < last; j++) values.data[j] = values.data[j]! * weight;
      values.data[last] = weight;
    }
    return 0;
  };
};
