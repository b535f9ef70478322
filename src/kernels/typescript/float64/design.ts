import { REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, U8 } from '../kernel.js';

export function samples(op: PreparedOp): Matrix<F32 | F64 | U8> {
  const dtype = op.op.operands.x?.dtype;
  return dtype === 'u8' ? op.u8('x') : dtype === 'f32' ? op.f32('x') : op.f64('x');
}

/** Rows of a design matrix from `begin` to `end`; row 0 is row `start` of the tables. */
export type GatherRows = (begin: number, end: number, start: number) => void;

/**
 * to[r] = √weight · [1 | x | y | 0 …], x and y in their frame. The same roundings in both kernel
 * sets.
 */
export function designRows(op: PreparedOp, to: Matrix<F64>): GatherRows {
  const x = samples(op);
  const y = op.optional('f64', 'y');
  const targets = y?.cols ?? 0;
  const weight = op.optional('f64', 'weight')?.data;
  const frame = op.optional('f64', 'frame');
  // Without a frame: v·1 − 0, which is v.
  const factors = frame?.data ?? new Float64Array(1 + x.cols + targets).fill(1);
  const offsets = frame?.data.subarray(frame.rowStride) ?? new Float64Array(1 + x.cols + targets);
  const ones = op.scalar('intercept') !== 0 ? 1 : 0;
  return (begin, end, start) => {
    for (let r = begin; r < end; r++) {
      const row = start + r;
      const root = weight === undefined ? 1 : Math.sqrt(weight[row]! * factors[x.cols + targets]!);
      let at = r * to.rowStride;
      const last = at + to.cols;
      if (ones !== 0) to.data[at++] = root;
      const xAt = row * x.rowStride;
      for (let j = 0; j < x.cols; j++) {
        to.data[at++] = (x.data[xAt + j]! * factors[j]! - offsets[j]!) * root;
      }
      const yAt = y === undefined ? 0 : row * y.rowStride;
      const yFrame = x.cols;
      for (let j = 0; j < targets; j++) {
        to.data[at++] = (y!.data[yAt + j]! * factors[yFrame + j]! - offsets[yFrame + j]!) * root;
      }
      to.data.fill(0, at, last);
    }
  };
}

export const gatherDesign: PrepareOp = (op) => {
  const gather = designRows(op, op.f64('dst'));
  return (begin, end, registers) => {
    gather(begin, end, registers[REGISTERS.batchStart] as number);
    return 0;
  };
};
