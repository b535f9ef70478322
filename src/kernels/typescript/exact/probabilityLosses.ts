import { STATUS } from '../../contract.js';
import type { PreparedOp, PrepareOp } from '../prepare.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';
import { isClass, labelsOf, optional, scaleOver } from './logitLosses.js';
import { log } from './math.js';

/** Probabilities are clipped to [ε, 1−ε]. */
const CLIP_LOW = fround(1e-7);
const CLIP_HIGH = fround(1 - CLIP_LOW);

function clipped(p: number): number {
  return Math.max(Math.min(p, CLIP_HIGH), CLIP_LOW);
}

/** t_j of row r: from the target, or 1 for the label's column and 0 for others. */
function wantedOf(op: PreparedOp): (r: number, j: number) => number {
  const labels = labelsOf(op);
  if (labels !== undefined) return (r, j) => (j === labels[r] ? 1 : 0);
  const target = op.f32('target');
  return (r, j) => target.data[r * target.rowStride + j] as number;
}

export const categoricalCrossEntropy: PrepareOp = (op) => {
  const p = op.f32('p');
  const dp = optional(op, 'dp');
  const rowLoss = op.f32('rowLoss');
  const labels = labelsOf(op);
  const wanted = wantedOf(op);
  const sums = new Lanes();
  const insides = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      if (labels !== undefined && !isClass(labels[r] as number, p.cols)) return STATUS.indexOutOfRange;
      const row = p.data.subarray(r * p.rowStride, r * p.rowStride + p.cols);
      sums.clear();
      for (let j = 0; j < p.cols; j++) sums.add(j, row[j] as number);
      const s = sums.sum();

      sums.clear();
      insides.clear();
      for (let j = 0; j < p.cols; j++) {
        const share = fround((row[j] as number) / s);
        const q = clipped(share);
        const t = wanted(r, j);
        sums.set(j, fma(-t, log(q), sums.get(j)));
        insides.add(j, q === share ? t : 0);
      }
      rowLoss.data[r * rowLoss.rowStride] = sums.sum();

      if (dp === undefined) continue;
      const inside = insides.sum();
      for (let j = 0; j < p.cols; j++) {
        const share = fround((row[j] as number) / s);
        const q = clipped(share);
        const pull = q === share ? fround(wanted(r, j) / q) : 0;
        dp.data[r * dp.rowStride + j] = fround(fround(fround(inside - pull) / s) * scale);
      }
    }
    return 0;
  };
};

export const binaryCrossEntropy: PrepareOp = (op) => {
  const p = op.f32('p');
  const target = op.f32('target');
  const dp = optional(op, 'dp');
  const rowLoss = op.f32('rowLoss');
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, p.cols);
    for (let r = begin; r < end; r++) {
      lanes.clear();
      for (let j = 0; j < p.cols; j++) {
        const chance = p.data[r * p.rowStride + j] as number;
        const t = target.data[r * target.rowStride + j] as number;
        const q = clipped(chance);
        const other = fround(1 - q);
        const otherTerm = fround(fround(1 - t) * log(other));
        lanes.add(j, fma(-t, log(q), -otherTerm));
        if (dp === undefined) continue;
        const slope = fround(fround(fround(q - t) / fround(q * other)) * scale);
        dp.data[r * dp.rowStride + j] = q === chance ? slope : 0;
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / fround(p.cols);
    }
    return 0;
  };
};
