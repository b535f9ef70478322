import { REGISTERS, STATUS } from '../../contract.js';
import type { F64, Matrix, PreparedOp, PrepareOp, U32 } from '../kernel.js';
import { fma, fround } from './fma.js';

function indexOf(op: PreparedOp): Matrix<U32> | undefined {
  return op.has('index') ? op.u32('index') : undefined;
}

/** The table's row for row r of the mini-batch. */
function sourceRow(index: Matrix<U32> | undefined, r: number, registers: F64): number {
  const position = (registers[REGISTERS.batchStart] as number) + r;
  return index === undefined ? position : (index.data[position] as number);
}

export const gatherRows: PrepareOp = (op) => {
  const src = op.op.operands.src?.dtype === 'u8' ? op.u8('src') : op.f32('src');
  const index = indexOf(op);
  const dst = op.f32('dst');
  const scaled = op.scalar('scaled') !== 0;
  const scale = fround(op.scalar('scale'));
  const offset = fround(op.scalar('offset'));
  return (begin, end, registers) => {
    for (let r = begin; r < end; r++) {
      const row = sourceRow(index, r, registers);
      if (row >= src.rows) return STATUS.indexOutOfRange;
      for (let j = 0; j < dst.cols; j++) {
        const value = src.data[row * src.rowStride + j] as number;
        dst.data[r * dst.rowStride + j] = scaled ? fma(value, scale, offset) : value;
      }
    }
    return 0;
  };
};

export const gatherLabels: PrepareOp = (op) => {
  const src = op.i32('src');
  const index = indexOf(op);
  const dst = op.i32('dst');
  return (begin, end, registers) => {
    for (let r = begin; r < end; r++) {
      const row = sourceRow(index, r, registers);
      if (row >= src.cols) return STATUS.indexOutOfRange;
      dst.data[r] = src.data[row] as number;
    }
    return 0;
  };
};

export const copyRows: PrepareOp = (op) => {
  const src = op.f32('src');
  const dst = op.f32('dst');
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      for (let j = 0; j < src.cols; j++) {
        dst.data[(start + r) * dst.rowStride + j] = src.data[r * src.rowStride + j] as number;
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
