import { REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, U8 } from '../kernel.js';

export function samples(op: PreparedOp): Matrix<F32 | F64 | U8> {
  const dtype = op.op.operands.x?.dtype;
  return dtype === 'u8' ? op.u8('x') : dtype === 'f32' ? op.f32('x') : op.f64('x');
}

/**
 * dst[r] = √weight · [1 | x | y | 0 …], x and y in their
 * frame. The same roundings in both kernel sets.
 */
export const gatherDesign: PrepareOp = (op) => {
  const x = samples(op);
  const y = op.optional('f64', 'y');
  const targets = y?.cols ?? 0;
  const dst = op.f64('dst');
  const weight = op.optional('f64', 'weight')?.data;
  const frame = op.optional('f64', 'frame');
  // Without a frame: v·1 − 0, which is v.
  const factors = frame?.data ?? new Float64Array(1 + x.cols + targets).fill(1);
  const offsets = frame?.data.subarray(frame.rowStride) ?? new Float64Array(1 + x.cols + targets);
  const ones = op.scalar('intercept') !== 0 ? 1 : 0;
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = start + r;
      const root = weight === undefined ? 1 : Math.sqrt(weight[row]! * factors[x.cols + targets]!);
      let at = r * dst.rowStride;
      const last = at + dst.cols;
      if (ones !== 0) dst.data[at++] = root;
      const xAt = row * x.rowStride;
      for (let j = 0; j < x.cols; j++) {
        dst.data[at++] = (x.data[xAt + j]! * factors[j]! - offsets[j]!) * root;
      }
      const yAt = y === undefined ? 0 : row * y.rowStride;
      const yFrame = x.cols;
      for (let j = 0; j < targets; j++) {
        dst.data[at++] = (y!.data[yAt + j]! * factors[yFrame + j]! - offsets[yFrame + j]!) * root;
      }
      dst.data.fill(0, at, last);
    }
    return 0;
  };
};
