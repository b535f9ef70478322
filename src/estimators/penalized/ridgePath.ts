import type { KernelRequest } from '../../kernels/backend.js';
import { svd } from '../leastSquares/small.js';
import { interceptOf, type Moments } from './moments.js';

/**
 * Ridge regression for any alpha from one singular value decomposition: R = U·Σ·Vᵀ gives coef =
 * V·(Σ² + α/n)⁻¹·Σ·Uᵀ·Qᵀy ("The Elements of Statistical Learning", §3.4.1).
 */
export interface RidgePath {
  /** Σ·Vᵀ, row by row; rows of 0 are left out. */
  rows: readonly Float64Array[];
  /** Squares of the singular values. */
  squares: Float64Array;
  /** Uᵀ·Qᵀy: for each singular value, one number per target. */
  sides: readonly Float64Array[];
  moments: Moments;
}

/** @param samples rows of the table: R has no more of its own */
export async function ridgePath(
  moments: Moments,
  samples: number,
  kernels: KernelRequest,
): Promise<RidgePath> {
  const { r, cols, targets, sides } = moments;
  const count = Math.min(moments.rows, samples);
  const right = Float64Array.from(
    { length: count * targets },
    (_, i) => sides[i % targets]![Math.floor(i / targets)]!,
  );
  const found = await svd(r.slice(0, count * cols), cols, right, targets, kernels);
  // Directions of rounding errors: they have no length, and their components of X are 0.
  const noise = Number.EPSILON * cols * found.values.reduce((most, value) => Math.max(most, value), 0);
  const kept = [...found.values.keys()].filter((i) => found.values[i]! > noise);
  return {
    rows: kept.map((i) => found.rows.subarray(i * cols, (i + 1) * cols)),
    squares: Float64Array.from(kept, (i) => found.values[i]! ** 2),
    sides: kept.map((i) => found.b.subarray(i * targets, (i + 1) * targets)),
    moments,
  };
}

/** Coefficients and intercept of target k for one alpha. */
export function ridgeAt(
  { rows, squares, sides, moments }: RidgePath,
  alpha: number,
  k: number,
): { coef: Float64Array; intercept: number } {
  const coef = new Float64Array(moments.cols);
  const penalty = alpha / moments.weight;
  rows.forEach((row, i) => {
    const factor = sides[i]![k]! / (squares[i]! + penalty);
    for (let j = 0; j < coef.length; j++) coef[j]! += factor * row[j]!;
  });
  return { coef, intercept: interceptOf(moments, k, coef) };
}
