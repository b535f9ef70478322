import { REGISTERS, STATUS } from '../../contract.js';
import type { PrepareOp } from '../prepare.js';
import { fround } from './fma.js';

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
  const penalty = op.has('penalty') ? op.f32('penalty') : undefined;
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
