import type { PrepareOp } from '../kernel.js';

/** Weights of rows, on what a loss has left: its value and its gradient. */
export const weightRows: PrepareOp = (op) => {
  const weights = op.f32('weights');
  const dz = op.has('dz') ? op.f32('dz') : undefined;
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
