import type { KernelRequest } from '../../kernels/backend.js';
import { centred, type Factor, interceptsOf } from './factor.js';
import { identity, norm, solveTriangular, svd } from './small.js';

/** What least squares finds. */
export interface Solution {
  /** targets × columns. */
  coef: Float64Array;
  intercept: Float64Array;
  rank: number;
}

/** A solution, with R⁻¹ of the centred X where that exists. */
export interface FactorSolution extends Solution {
  inverse: Float64Array | undefined;
}

/** cols × targets to targets × cols. */
export function transpose(values: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = values[i * cols + j]!;
  return out;
}

/** The default of `tol`: below this part of the largest, singular values are rounding errors of the matrix. */
export const defaultTolerance = ({ rows, cols }: Factor): number => Number.EPSILON * Math.max(rows, cols);

/**
 * True if no singular value can be as small as `tolerance` times the largest, by ‖R‖ and ‖R⁻¹‖ (Frobenius). False says
 * nothing.
 */
function surelyFullRank(r: Float64Array, inverse: Float64Array, tolerance: number): boolean {
  const smallest = 1 / norm(inverse);
  return smallest > 0 && smallest > tolerance * norm(r);
}

/**
 * The coefficients of least norm among those that minimise ‖Y − 1·interceptᵀ − X·coefᵀ‖ (Golub & Van Loan §5.5.1), from the
 * factor: by back substitution at full rank, else by the singular value decomposition of R.
 */
export async function solveFactor(
  factor: Factor,
  tolerance: number,
  kernels: KernelRequest,
): Promise<FactorSolution> {
  const { cols: n, targets } = factor;
  const { r, y } = centred(factor);
  const right = [
    { values: y, cols: targets },
    { values: identity(n), cols: n },
  ];
  const [x, inverse] = (await solveTriangular(r, n, right, false, kernels)) as [Float64Array, Float64Array];
  const solution = (coef: Float64Array, rank: number): FactorSolution => ({
    coef,
    intercept: interceptsOf(factor, coef),
    rank,
    inverse: rank === n ? inverse : undefined,
  });
  if (surelyFullRank(r, inverse, tolerance)) return solution(transpose(x, n, targets), n);

  const { rows, b, values } = await svd(r, n, y, targets, kernels);
  const least = tolerance * values.reduce((a, c) => Math.max(a, c), 0);
  const kept = [...values.keys()].filter((i) => values[i]! > least);
  if (kept.length === n && x.every(Number.isFinite)) return solution(transpose(x, n, targets), n);
  const coef = new Float64Array(targets * n);
  for (const i of kept) {
    const sigma = values[i]!;
    for (let k = 0; k < targets; k++) {
      const part = b[i * targets + k]! / sigma;
      for (let j = 0; j < n; j++) coef[k * n + j]! += (rows[i * n + j]! / sigma) * part;
    }
  }
  return solution(coef, kept.length);
}
