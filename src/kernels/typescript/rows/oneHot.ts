import { STATUS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';

/** y[r][j] = `on` in the column of the row's class number, else `off`. */
export const oneHot: PrepareOp = (op) => {
  const labels = op.i32('labels').data;
  const y = op.f32('y');
  const on = op.scalar('on');
  const off = op.scalar('off');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const label = labels[r]!;
      if (label < 0 || label >= y.cols) return STATUS.indexOutOfRange;
      const from = r * y.rowStride;
      y.data.fill(off, from, from + y.cols);
      y.data[from + label] = on;
    }
    return 0;
  };
};
