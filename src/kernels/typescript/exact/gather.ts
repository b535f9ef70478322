import { REGISTERS, STATUS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { indexOf } from '../rows/move.js';
import { fma, fround } from './fma.js';

export const gatherRows: PrepareOp = (op) => {
  const src = op.op.operands.src?.dtype === 'u8' ? op.u8('src') : op.f32('src');
  const index = indexOf(op);
  const dst = op.f32('dst');
  const scaled = op.scalar('scaled') !== 0;
  const scale = fround(op.scalar('scale'));
  const offset = fround(op.scalar('offset'));
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = index === undefined ? start + r : (index[start + r] as number);
      if (row >= src.rows) return STATUS.indexOutOfRange;
      for (let j = 0; j < dst.cols; j++) {
        const value = src.data[row * src.rowStride + j] as number;
        dst.data[r * dst.rowStride + j] = scaled ? fma(value, scale, offset) : value;
      }
    }
    return 0;
  };
};

export const scaleShift: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const scale = fround(op.scalar('scale'));
  const offset = fround(op.scalar('offset'));
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      for (let j = 0; j < x.cols; j++) {
        y.data[r * y.rowStride + j] = fma(x.data[r * x.rowStride + j] as number, scale, offset);
      }
    }
    return 0;
  };
};
