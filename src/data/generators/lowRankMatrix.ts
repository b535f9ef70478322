import type { Draws } from '../../core/draws.js';
import { multiply } from './matrices.js';

/** How much slower the tail of the singular values falls than the bell. */
const TAIL_RATE = 0.1;

/**
 * A rows × cols matrix U · diag(s) · Vᵀ with random orthonormal U and V and singular values s_i =
 * (1 − tail) · exp(−(i/rank)²) + tail · exp(−0.1 · i/rank): a bell of about `rank` values and a
 * tail.
 */
export function lowRankMatrix(
  rows: number,
  cols: number,
  rank: number,
  tail: number,
  draws: Draws,
): Float64Array {
  const n = Math.min(rows, cols);
  const u = orthonormalRows(n, rows, draws);
  const v = orthonormalRows(n, cols, draws);
  const left = new Float64Array(rows * n);
  for (let i = 0; i < n; i++) {
    const s = (1 - tail) * Math.exp(-((i / rank) ** 2)) + tail * Math.exp((-TAIL_RATE * i) / rank);
    for (let row = 0; row < rows; row++) left[row * n + i] = u[i * rows + row] * s;
  }
  return multiply(left, v, rows, n, cols);
}

/**
 * n random orthonormal rows of the given length (n ≤ length), by Gram–Schmidt, orthogonalizing each
 * row twice.
 */
function orthonormalRows(n: number, length: number, draws: Draws): Float64Array {
  const q = draws.many(n * length, () => draws.normal());
  for (let i = 0; i < n; i++) {
    const row = q.subarray(i * length, (i + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.subarray(j * length, (j + 1) * length);
        const along = dot(row, other);
        for (let k = 0; k < length; k++) row[k] -= along * other[k];
      }
      const norm = Math.sqrt(dot(row, row));
      for (let k = 0; k < length; k++) row[k] /= norm;
    }
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
