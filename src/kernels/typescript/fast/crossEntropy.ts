import { STATUS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { rowScratch } from './scratch.js';
import { exponentials, rowMax } from './softmax.js';
import { sigmoid, softplus } from './special.js';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const EPSILON = Math.fround(1e-7);
const ONE_MINUS_EPSILON = Math.fround(1 - EPSILON);

/** p clipped to [ε, 1−ε]. */
export function clip(p: number): number {
  return Math.min(Math.max(p, EPSILON), ONE_MINUS_EPSILON);
}

/** Cross-entropy of softmax(z) against a class number or a distribution, with its gradient. */
export const softmaxCrossEntropy: PrepareOp = (op) => {
  const z = op.f32('z');
  const labels = op.optional('i32', 'labels')?.data;
  const target = op.optional('f32', 'target');
  const p = op.optional('f32', 'p');
  const dz = op.optional('f32', 'dz');
  const rowLoss = op.f32('rowLoss');
  const { cols } = z;
  rowScratch.reserve(cols);

  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    const e = rowScratch.memory;
    for (let r = begin; r < end; r++) {
      const from = r * z.rowStride;
      const label = labels === undefined ? -1 : labels[r]!;
      if (labels !== undefined && !(label >= 0 && label < cols)) return STATUS.indexOutOfRange;
      const max = rowMax(z.data, from, cols);
      const sum = exponentials(z.data, from, cols, max, e);
      const log = Math.log(sum);
      let loss = 0;
      let mass = 1;
      if (target === undefined) {
        loss = log - (z.data[from + label]! - max);
      } else {
        mass = 0;
        const at = r * target.rowStride;
        for (let j = 0; j < cols; j++) {
          const t = target.data[at + j]!;
          loss += t * (log - (z.data[from + j]! - max));
          mass += t;
        }
      }
      rowLoss.data[r * rowLoss.rowStride] = loss;
      // z may be the memory of p or dz: from here on it is not read any more.
      if (p !== undefined) {
        const to = r * p.rowStride;
        for (let j = 0; j < cols; j++) p.data[to + j] = e[j]! / sum;
      }
      if (dz === undefined) continue;
      const to = r * dz.rowStride;
      if (target === undefined) {
        for (let j = 0; j < cols; j++) {
          dz.data[to + j] = flushTiny((e[j]! / sum - (j === label ? 1 : 0)) * scale);
        }
      } else {
        const at = r * target.rowStride;
        for (let j = 0; j < cols; j++) {
          dz.data[to + j] = flushTiny(((e[j]! / sum) * mass - target.data[at + j]!) * scale);
        }
      }
    }
    return 0;
  };
};

/** Mean over columns of the binary cross-entropy of σ(z) against t, with its gradient. */
export const sigmoidCrossEntropy: PrepareOp = (op) => {
  const z = op.f32('z');
  const target = op.f32('target');
  const p = op.optional('f32', 'p');
  const dz = op.optional('f32', 'dz');
  const rowLoss = op.f32('rowLoss');
  const { cols } = z;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * z.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const value = z.data[from + j]!;
        const t = target.data[at + j]!;
        // max(z, 0) + log1p(exp(−|z|)) is softplus(z).
        loss += softplus(value) - value * t;
        const probability = sigmoid(value);
        if (p !== undefined) p.data[r * p.rowStride + j] = probability;
        if (dz !== undefined) dz.data[r * dz.rowStride + j] = flushTiny((probability - t) * scale);
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};

/** Cross-entropy of given scores, normalised to a distribution and clipped, with its gradient. */
export const categoricalCrossEntropy: PrepareOp = (op) => {
  const p = op.f32('p');
  const labels = op.optional('i32', 'labels')?.data;
  const target = op.optional('f32', 'target');
  const dp = op.optional('f32', 'dp');
  const rowLoss = op.f32('rowLoss');
  const { cols } = p;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, 1);
    for (let r = begin; r < end; r++) {
      const from = r * p.rowStride;
      const label = labels === undefined ? -1 : labels[r]!;
      if (labels !== undefined && !(label >= 0 && label < cols)) return STATUS.indexOutOfRange;
      const at = target === undefined ? 0 : r * target.rowStride;
      let sum = 0;
      for (let j = 0; j < cols; j++) sum += p.data[from + j]!;
      // In float32, so that the same elements are clipped as by the other kernels.
      sum = Math.fround(sum);
      let loss = 0;
      let inside = 0;
      for (let j = 0; j < cols; j++) {
        const t = target === undefined ? (j === label ? 1 : 0) : target.data[at + j]!;
        const ratio = Math.fround(p.data[from + j]! / sum);
        const q = clip(ratio);
        loss -= t * Math.log(q);
        if (q === ratio) inside += t;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss;
      if (dp === undefined) continue;
      const to = r * dp.rowStride;
      for (let j = 0; j < cols; j++) {
        const t = target === undefined ? (j === label ? 1 : 0) : target.data[at + j]!;
        const ratio = Math.fround(p.data[from + j]! / sum);
        const q = clip(ratio);
        dp.data[to + j] = ((inside - (q === ratio ? t / q : 0)) / sum) * scale;
      }
    }
    return 0;
  };
};

/** Mean over columns of the binary cross-entropy of given probabilities, clipped, with its gradient. */
export const binaryCrossEntropy: PrepareOp = (op) => {
  const p = op.f32('p');
  const target = op.f32('target');
  const dp = op.optional('f32', 'dp');
  const rowLoss = op.f32('rowLoss');
  const { cols } = p;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, cols);
    for (let r = begin; r < end; r++) {
      const from = r * p.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        const probability = p.data[from + j]!;
        const t = target.data[at + j]!;
        const q = clip(probability);
        loss -= t * Math.log(q) + (1 - t) * Math.log(1 - q);
        if (dp !== undefined) {
          dp.data[r * dp.rowStride + j] = q === probability ? ((q - t) / (q * (1 - q))) * scale : 0;
        }
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / cols;
    }
    return 0;
  };
};
