import { STATUS } from '../../contract.js';
import type { F32, PrepareOp } from '../kernel.js';

/** Targets of at least this count as the positive class. */
const POSITIVE_TARGET = 0.5;

/** Number of the first largest of `count` values. */
function argmax(x: F32, from: number, count: number): number {
  let best = 0;
  let max = x[from]!;
  for (let j = 1; j < count; j++) {
    const value = x[from + j]!;
    if (value > max) {
      max = value;
      best = j;
    }
  }
  return best;
}

/** out[r] = 1 if the largest score is the label's, else 0. */
export const argmaxAccuracy: PrepareOp = (op) => {
  const p = op.f32('p');
  const labels = op.optional('i32', 'labels')?.data;
  const target = op.optional('f32', 'target');
  const out = op.f32('out');
  const { cols } = p;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const wanted = target === undefined ? labels![r]! : argmax(target.data, r * target.rowStride, cols);
      if (wanted < 0 || wanted >= cols) return STATUS.indexOutOfRange;
      out.data[r * out.rowStride] = argmax(p.data, r * p.rowStride, cols) === wanted ? 1 : 0;
    }
    return 0;
  };
};

/** out[r] = 1 if fewer than k scores are larger than that of the label, else 0. */
export const topK: PrepareOp = (op) => {
  const p = op.f32('p');
  const labels = op.optional('i32', 'labels')?.data;
  const target = op.optional('f32', 'target');
  const out = op.f32('out');
  const k = op.scalar('k');
  const { cols } = p;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const wanted = target === undefined ? labels![r]! : argmax(target.data, r * target.rowStride, cols);
      if (wanted < 0 || wanted >= cols) return STATUS.indexOutOfRange;
      const from = r * p.rowStride;
      const score = p.data[from + wanted]!;
      let above = 0;
      // A NaN is not at most anything.
      for (let j = 0; j < cols; j++) if (!(p.data[from + j]! <= score)) above++;
      out.data[r * out.rowStride] = above < k ? 1 : 0;
    }
    return 0;
  };
};

/** out[r] = share of columns on the right side of the threshold. */
export const thresholdAccuracy: PrepareOp = (op) => {
  const p = op.f32('p');
  const target = op.f32('target');
  const out = op.f32('out');
  const threshold = Math.fround(op.scalar('threshold'));
  const { cols } = p;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const from = r * p.rowStride;
      const at = r * target.rowStride;
      let right = 0;
      for (let j = 0; j < cols; j++) {
        if (p.data[from + j]! > threshold === target.data[at + j]! > POSITIVE_TARGET) right++;
      }
      out.data[r * out.rowStride] = right / cols;
    }
    return 0;
  };
};
