import { REGISTERS, STATUS } from '../../contract.js';
import type { F32, Matrix, PrepareOp, U8 } from '../kernel.js';
import { indexOf } from '../rows/move.js';

/** dst[r] = src[index[batchStart + r]], scaled where asked for. */
export const gatherRows: PrepareOp = (op) => {
  const bytes = op.op.operands.src!.dtype === 'u8';
  const src: Matrix<F32 | U8> = bytes ? op.u8('src') : op.f32('src');
  const copy = bytes ? makeCopy<U8>() : makeCopy<F32>();
  const index = indexOf(op);
  const dst = op.f32('dst');
  const scaled = op.scalar('scaled') === 1;
  const scale = scaled ? Math.fround(op.scalar('scale')) : 1;
  const offset = scaled ? Math.fround(op.scalar('offset')) : 0;
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const row = index === undefined ? start + r : index[start + r]!;
      if (row >= src.rows) return STATUS.indexOutOfRange;
      copy(src.data as never, row * src.rowStride, dst.data, r * dst.rowStride, dst.cols, scale, offset);
    }
    return 0;
  };
};

type CopyRow<T> = (
  src: T,
  from: number,
  dst: F32,
  to: number,
  count: number,
  scale: number,
  offset: number,
) => void;

/** A copy of its own for each element type, so that V8 sees one type at each load. */
function makeCopy<T extends F32 | U8>(): CopyRow<T> {
  return (src, from, dst, to, count, scale, offset) => {
    if (scale === 1 && offset === 0) {
      for (let j = 0; j < count; j++) dst[to + j] = src[from + j]!;
    } else {
      for (let j = 0; j < count; j++) dst[to + j] = src[from + j]! * scale + offset;
    }
  };
}

/** y = x·scale + offset. */
export const scaleShift: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const scale = Math.fround(op.scalar('scale'));
  const offset = Math.fround(op.scalar('offset'));
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const from = r * x.rowStride;
      const to = r * y.rowStride;
      for (let j = 0; j < x.cols; j++) y.data[to + j] = x.data[from + j]! * scale + offset;
    }
    return 0;
  };
};
