import { STATUS } from '../../contract.js';
import type { F32, I32, PreparedOp, PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';
import { exp, log, log1p, positivePart, sigmoidFrom } from './math.js';
import { expOfRow, maxOfRow } from './softmax.js';

/** A class number in range, or not. */
export function isClass(label: number, cols: number): boolean {
  return label >= 0 && label < cols;
}

/** A pass over one row that knows where its exponentials, their sum and its logits' maximum are. */
interface SoftmaxRow {
  r: number;
  e: F32;
  s: number;
  logSum: number;
  largest: number;
  scale: number;
}

/** The loss of one row, and its p and dz. */
type FinishRow = (row: SoftmaxRow) => number;

function againstLabels(op: PreparedOp, labels: I32): FinishRow {
  const z = op.f32('z');
  const p = op.optional('f32', 'p');
  const dz = op.optional('f32', 'dz');
  return ({ r, e, s, logSum, largest, scale }) => {
    const label = labels[r] as number;
    const loss = fround(logSum - fround((z.data[r * z.rowStride + label] as number) - largest));
    for (let j = 0; j < z.cols; j++) {
      const share = fround((e[j] as number) / s);
      if (p !== undefined) p.data[r * p.rowStride + j] = share;
      if (dz !== undefined) {
        const g = j === label ? fround(share - 1) : share;
        dz.data[r * dz.rowStride + j] = flushTiny(fround(g * scale));
      }
    }
    return loss;
  };
}

function againstTarget(op: PreparedOp): FinishRow {
  const z = op.f32('z');
  const target = op.f32('target');
  const p = op.optional('f32', 'p');
  const dz = op.optional('f32', 'dz');
  const losses = new Lanes();
  const totals = new Lanes();
  return ({ r, e, s, logSum, largest, scale }) => {
    const wanted = target.data.subarray(r * target.rowStride, r * target.rowStride + z.cols);
    losses.clear();
    totals.clear();
    for (let j = 0; j < z.cols; j++) {
      const surprise = fround(logSum - fround((z.data[r * z.rowStride + j] as number) - largest));
      losses.set(j, fma(wanted[j] as number, surprise, losses.get(j)));
      totals.add(j, wanted[j] as number);
    }
    const total = totals.sum();
    for (let j = 0; j < z.cols; j++) {
      const share = fround((e[j] as number) / s);
      if (p !== undefined) p.data[r * p.rowStride + j] = share;
      if (dz !== undefined) {
        const g = fma(share, total, -(wanted[j] as number));
        dz.data[r * dz.rowStride + j] = flushTiny(fround(g * scale));
      }
    }
    return losses.sum();
  };
}

export const softmaxCrossEntropy: PrepareOp = (op) => {
  const z = op.f32('z');
  const rowLoss = op.f32('rowLoss');
  const labels = op.optional('i32', 'labels')?.data;
  const finish = labels === undefined ? againstTarget(op) : againstLabels(op, labels);
  const e = new Float32Array(z.cols);
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      if (labels !== undefined && !isClass(labels[r] as number, z.cols)) return STATUS.indexOutOfRange;
      const at = r * z.rowStride;
      const largest = maxOfRow(z.data, at, z.cols);
      const s = expOfRow(z.data, at, e, largest, lanes);
      rowLoss.data[r * rowLoss.rowStride] = finish({ r, e, s, logSum: log(s), largest, scale });
    }
    return 0;
  };
};

export const sigmoidCrossEntropy: PrepareOp = (op) => {
  const z = op.f32('z');
  const target = op.f32('target');
  const p = op.optional('f32', 'p');
  const dz = op.optional('f32', 'dz');
  const rowLoss = op.f32('rowLoss');
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, z.cols);
    for (let r = begin; r < end; r++) {
      lanes.clear();
      for (let j = 0; j < z.cols; j++) {
        const x = z.data[r * z.rowStride + j] as number;
        const t = target.data[r * target.rowStride + j] as number;
        const e = exp(-Math.abs(x));
        lanes.add(j, fround(fround(positivePart(x) - fround(x * t)) + log1p(e)));
        const chance = sigmoidFrom(x, e);
        if (p !== undefined) p.data[r * p.rowStride + j] = chance;
        if (dz !== undefined) dz.data[r * dz.rowStride + j] = flushTiny(fround(fround(chance - t) * scale));
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / fround(z.cols);
    }
    return 0;
  };
};

/** Probabilities are clipped to [ε, 1−ε]. */
const CLIP_LOW = fround(1e-7);
const CLIP_HIGH = fround(1 - CLIP_LOW);

export function clipped(p: number): number {
  return Math.max(Math.min(p, CLIP_HIGH), CLIP_LOW);
}

/** t_j of row r: from the target, or 1 for the label's column and 0 for others. */
function wantedOf(op: PreparedOp): (r: number, j: number) => number {
  const labels = op.optional('i32', 'labels')?.data;
  if (labels !== undefined) return (r, j) => (j === labels[r] ? 1 : 0);
  const target = op.f32('target');
  return (r, j) => target.data[r * target.rowStride + j] as number;
}

export const categoricalCrossEntropy: PrepareOp = (op) => {
  const p = op.f32('p');
  const dp = op.optional('f32', 'dp');
  const rowLoss = op.f32('rowLoss');
  const labels = op.optional('i32', 'labels')?.data;
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
  const dp = op.optional('f32', 'dp');
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
        const gradient = fround(fround(fround(q - t) / fround(q * other)) * scale);
        dp.data[r * dp.rowStride + j] = q === chance ? gradient : 0;
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / fround(p.cols);
    }
    return 0;
  };
};
