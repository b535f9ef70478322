import { R2_TERMS, STATUS } from '../../contract.js';
import type { F32, PrepareOp } from '../kernel.js';
import { isClass, labelsOf } from './crossEntropy.js';
import { fround } from './fma.js';

/** The first column that no later one exceeds. */
function argmaxOfRow(x: F32, at: number, cols: number): number {
  let best = 0;
  for (let j = 1; j < cols; j++) {
    if ((x[at + j] as number) > (x[at + best] as number)) best = j;
  }
  return best;
}

export const argmaxAccuracy: PrepareOp = (op) => {
  const p = op.f32('p');
  const out = op.f32('out');
  const labels = labelsOf(op);
  const target = labels === undefined ? op.f32('target') : undefined;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const wanted =
        target === undefined
          ? (labels?.[r] as number)
          : argmaxOfRow(target.data, r * target.rowStride, p.cols);
      if (!isClass(wanted, p.cols)) return STATUS.indexOutOfRange;
      out.data[r * out.rowStride] = argmaxOfRow(p.data, r * p.rowStride, p.cols) === wanted ? 1 : 0;
    }
    return 0;
  };
};

export const thresholdAccuracy: PrepareOp = (op) => {
  const p = op.f32('p');
  const target = op.f32('target');
  const out = op.f32('out');
  const threshold = fround(op.scalar('threshold'));
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      let count = 0;
      for (let j = 0; j < p.cols; j++) {
        const guess = (p.data[r * p.rowStride + j] as number) > threshold;
        if (guess === (target.data[r * target.rowStride + j] as number) > 0.5) count++;
      }
      out.data[r * out.rowStride] = fround(count) / fround(p.cols);
    }
    return 0;
  };
};

export const r2Terms: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const shift = op.f32('shift').data;
  const out = op.f32('out');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      for (let c = 0; c < y.cols; c++) {
        const t = target.data[r * target.rowStride + c] as number;
        const d = fround(t - (y.data[r * y.rowStride + c] as number));
        const u = fround(t - (shift[c] as number));
        const at = r * out.rowStride + R2_TERMS * c;
        out.data[at] = d * d;
        out.data[at + 1] = u;
        out.data[at + 2] = u * u;
      }
    }
    return 0;
  };
};
