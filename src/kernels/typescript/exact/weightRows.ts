import type { PrepareOp } from '../kernel.js';
import { optional } from './crossEntropy.js';
import { fround } from './fma.js';

/** rowLoss and dz of a row, each times the row's weight. */
export const weightRows: PrepareOp = (op) => {
  const weights = op.f32('weights');
  const dz = optional(op, 'dz');
  const rowLoss = op.f32('rowLoss');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const weight = weights.data[r * weights.rowStride] as number;
      const loss = rowLoss.data[r * rowLoss.rowStride] as number;
      rowLoss.data[r * rowLoss.rowStride] = fround(loss * weight);
      if (dz === undefined) continue;
      for (let j = 0; j < dz.cols; j++) {
        const at = r * dz.rowStride + j;
        dz.data[at] = fround((dz.data[at] as number) * weight);
      }
    }
    return 0;
  };
};
