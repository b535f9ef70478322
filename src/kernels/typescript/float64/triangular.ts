import type { PrepareOp } from '../kernel.js';

/** R·X = B or Rᵀ·X = B in place; ops/leastSquares.ts has the order, which both kernel sets follow. Range: columns of b. */
export const triangularSolve: PrepareOp = (op) => {
  const r = op.f64('r');
  const b = op.f64('b');
  const n = r.cols;
  const isTransposed = op.scalar('transposed') !== 0;
  // Element k of the row of R or Rᵀ that step i needs.
  const rowStep = isTransposed ? 1 : r.rowStride;
  const colStep = isTransposed ? r.rowStride : 1;
  return (begin, end) => {
    for (let step = 0; step < n; step++) {
      const i = isTransposed ? step : n - 1 - step;
      const from = isTransposed ? 0 : i + 1;
      const to = isTransposed ? i : n;
      const row = i * b.rowStride;
      for (let k = from; k < to; k++) {
        const factor = r.data[i * rowStep + k * colStep]!;
        const other = k * b.rowStride;
        for (let j = begin; j < end; j++) b.data[row + j]! -= factor * b.data[other + j]!;
      }
      const diagonal = r.data[i * r.rowStride + i]!;
      for (let j = begin; j < end; j++) b.data[row + j]! /= diagonal;
    }
    return 0;
  };
};
