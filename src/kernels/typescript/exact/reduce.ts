import { PENALTY_ROWS, REGISTERS, STATUS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';

export const biasGradient: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db');
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows] as number;
    for (let j = begin; j < end; j++) {
      // The chain starts from row 0 itself: 0 + row 0 would lose a −0.
      let sum = rows > 0 ? (dz.data[j] as number) : 0;
      for (let r = 1; r < rows; r++) sum = fround(sum + (dz.data[r * dz.rowStride + j] as number));
      db.data[j] = sum;
    }
    return 0;
  };
};

/** Float64 throughout, as the contract says. */
export const rowSums: PrepareOp = (op) => {
  const stats = op.f32('stats');
  const totals = op.f64('totals');
  const penalty = op.optional('f32', 'penalty');
  return (begin, end, registers) => {
    let finite = true;
    for (let j = 0; j < stats.cols; j++) {
      let sum = totals.data[j] as number;
      for (let r = begin; r < end; r++) {
        const value = stats.data[r * stats.rowStride + j] as number;
        if (j === 0) finite &&= Number.isFinite(value);
        sum += value;
      }
      totals.data[j] = sum;
    }
    if (penalty !== undefined) {
      let sum = 0;
      for (let i = 0; i < penalty.cols; i++) sum += penalty.data[i] as number;
      finite &&= Number.isFinite(sum);
      totals.data[0] = (totals.data[0] as number) + (registers[REGISTERS.rows] as number) * sum;
    }
    return finite ? 0 : STATUS.lossNotFinite;
  };
};

/** partial[0][b] = l2·Σ w² + l1·Σ |w| over rows 16·b … 16·b + 15. Range: blocks. */
export const penalty: PrepareOp = (op) => {
  const w = op.f32('w');
  const partial = op.f32('partial').data;
  const l1 = fround(op.scalar('l1'));
  const l2 = fround(op.scalar('l2'));
  const squares = new Lanes();
  const absolutes = new Lanes();
  return (begin, end) => {
    for (let b = begin; b < end; b++) {
      squares.clear();
      absolutes.clear();
      for (let i = b * PENALTY_ROWS; i < Math.min(w.rows, (b + 1) * PENALTY_ROWS); i++) {
        for (let j = 0; j < w.cols; j++) {
          const x = w.data[i * w.rowStride + j] as number;
          squares.set(j, fma(x, x, squares.get(j)));
          absolutes.add(j, Math.abs(x));
        }
      }
      partial[b] = fma(l2, squares.sum(), fround(l1 * absolutes.sum()));
    }
    return 0;
  };
};
