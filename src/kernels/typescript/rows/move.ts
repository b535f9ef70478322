import { REGISTERS, STATUS } from '../../contract.js';
import type { PreparedOp, PrepareOp, U32 } from '../kernel.js';

/** Which row of the table stands at each position of the epoch; undefined for the table's own order. */
export function indexOf(op: PreparedOp): U32 | undefined {
  return op.optional('u32', 'index')?.data;
}

/** dst[0][r] = src[0][index[batchStart + r]]. */
export const gatherLabels: PrepareOp = (op) => {
  const src = op.i32('src');
  const index = indexOf(op);
  const dst = op.i32('dst').data;
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = index === undefined ? start + r : index[start + r]!;
      if (row >= src.cols) return STATUS.indexOutOfRange;
      dst[r] = src.data[row]!;
    }
    return 0;
  };
};

/** dst[batchStart + r] = src[r]. */
export const copyRows: PrepareOp = (op) => {
  const src = op.f32('src');
  const dst = op.f32('dst');
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const from = r * src.rowStride;
      const to = (start + r) * dst.rowStride;
      for (let j = 0; j < src.cols; j++) dst.data[to + j] = src.data[from + j]!;
    }
    return 0;
  };
};
