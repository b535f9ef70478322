import type { F32, F64, PrepareOp } from '../kernel.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { rowScratch } from './scratch.js';

/** The largest of `count` values; NaN if the first is. */
export function rowMax(x: F32, from: number, count: number): number {
  let max = x[from]!;
  for (let j = 1; j < count; j++) {
    const value = x[from + j]!;
    if (value > max) max = value;
  }
  return max;
}

/** e[j] = exp(x[from + j] − max). @returns Σ e */
export function exponentials(x: F32, from: number, count: number, max: number, e: F64): number {
  let sum = 0;
  for (let j = 0; j < count; j++) {
    const value = Math.exp(x[from + j]! - max);
    e[j] = value;
    sum += value;
  }
  return sum;
}

/** y = exp(x − max) / Σ exp(x − max), row by row. */
export const softmax: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const { cols } = x;
  rowScratch.reserve(cols);
  return (begin, end) => {
    const e = rowScratch.memory;
    for (let r = begin; r < end; r++) {
      const from = r * x.rowStride;
      const to = r * y.rowStride;
      const sum = exponentials(x.data, from, cols, rowMax(x.data, from, cols), e);
      for (let j = 0; j < cols; j++) y.data[to + j] = e[j]! / sum;
    }
    return 0;
  };
};

/** dx_j = (dy_j − Σ dy·y)·y_j, row by row. */
export const softmaxBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const y = op.f32('y');
  const dx = op.f32('dx');
  const { cols } = y;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const g = r * dy.rowStride;
      const p = r * y.rowStride;
      const to = r * dx.rowStride;
      let dot = 0;
      for (let j = 0; j < cols; j++) dot += dy.data[g + j]! * y.data[p + j]!;
      for (let j = 0; j < cols; j++) {
        dx.data[to + j] = flushTiny((dy.data[g + j]! - dot) * y.data[p + j]!);
      }
    }
    return 0;
  };
};
