import { PENALTY_ROWS, REGISTERS, STATUS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { rowScratch } from './scratch.js';

/** db[0][j] = Σ_r dz[r][j] over the mini-batch. Range: columns. */
export const biasGradient: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db').data;
  rowScratch.reserve(dz.cols);
  return (begin, end, registers) => {
    const rows = (registers[REGISTERS.rows] as number) | 0;
    const sums = rowScratch.memory;
    sums.fill(0, begin, end);
    for (let r = 0; r < rows; r++) {
      const row = r * dz.rowStride;
      for (let j = begin; j < end; j++) sums[j] += dz.data[row + j]!;
    }
    for (let j = begin; j < end; j++) db[j] = sums[j]!;
    return 0;
  };
};

/** totals[0][j] += Σ_r stats[r][j]; totals[0][0] += rows·Σ penalty. */
export const rowSums: PrepareOp = (op) => {
  const stats = op.f32('stats');
  const penalty = op.optional('f32', 'penalty')?.data;
  const totals = op.f64('totals').data;
  const { cols } = stats;
  return (_begin, _end, registers) => {
    const rows = (registers[REGISTERS.rows] as number) | 0;
    let finite = true;
    for (let r = 0; r < rows; r++) {
      const row = r * stats.rowStride;
      finite = finite && Number.isFinite(stats.data[row]);
      for (let j = 0; j < cols; j++) totals[j] += stats.data[row + j]!;
    }
    if (penalty !== undefined) {
      let sum = 0;
      for (let i = 0; i < penalty.length; i++) sum += penalty[i]!;
      finite = finite && Number.isFinite(sum);
      totals[0] += rows * sum;
    }
    return finite ? 0 : STATUS.lossNotFinite;
  };
};

/** partial[0][b] = l2·Σ w² + l1·Σ |w| over rows 16·b … 16·b + 15. Range: blocks. */
export const penalty: PrepareOp = (op) => {
  const w = op.f32('w');
  const partial = op.f32('partial').data;
  const l1 = Math.fround(op.scalar('l1'));
  const l2 = Math.fround(op.scalar('l2'));
  return (begin, end) => {
    for (let block = begin; block < end; block++) {
      const last = Math.min((block + 1) * PENALTY_ROWS, w.rows);
      let squares = 0;
      let magnitudes = 0;
      for (let i = block * PENALTY_ROWS; i < last; i++) {
        const row = i * w.rowStride;
        for (let j = 0; j < w.cols; j++) {
          const value = w.data[row + j]!;
          squares += value * value;
          magnitudes += Math.abs(value);
        }
      }
      partial[block] = l2 * squares + l1 * magnitudes;
    }
    return 0;
  };
};
