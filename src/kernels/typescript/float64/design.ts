import { REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, U8 } from '../prepare.js';

export function samples(op: PreparedOp): Matrix<F32 | F64 | U8> {
  const dtype = op.op.operands.x?.dtype;
  return dtype === 'u8' ? op.u8('x') : dtype === 'f32' ? op.f32('x') : op.f64('x');
}

/** dst[r] = √weight · [1 | x | y | 0 …]. Every operation is exact in both kernel sets. */
export const gatherDesign: PrepareOp = (op) => {
  const x = samples(op);
  const y = op.f64('y');
  const dst = op.f64('dst');
  const weight = op.has('weight') ? op.f64('weight').data : undefined;
  const ones = op.scalar('intercept') !== 0 ? 1 : 0;
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = start + r;
      const factor = weight === undefined ? 1 : Math.sqrt(weight[row]!);
      let at = r * dst.rowStride;
      const last = at + dst.cols;
      if (ones !== 0) dst.data[at++] = factor;
      for (let j = 0; j < x.cols; j++) dst.data[at++] = x.data[row * x.rowStride + j]! * factor;
      for (let j = 0; j < y.cols; j++) dst.data[at++] = y.data[row * y.rowStride + j]! * factor;
      dst.data.fill(0, at, last);
    }
    return 0;
  };
};
