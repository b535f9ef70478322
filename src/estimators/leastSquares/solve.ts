import { timesPower } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { type Centred, centredProblem, commonUnits, unframed } from './centred.js';
import type { Factor } from './factor.js';
import { isClearOfNoise, type RowSpace, rowSpaceOf } from './rowSpace.js';
import { identity, norm, solveTriangular, svd } from './small.js';

/** The result of a least-squares problem. */
export interface Solution {
  /** targets × columns. */
  coef: Float64Array;
  intercept: Float64Array;
  rank: number;
}

/** A solution, with R⁻¹ of the centred X if it exists. */
export interface FactorSolution extends Solution {
  inverse: Float64Array | undefined;
}

/** cols × targets to targets × cols. */
export function transpose(values: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = values[i * cols + j]!;
  return out;
}

/**
 * The default of `tol`: singular values below this fraction of the largest count as rounding errors
 * of the matrix.
 */
export const defaultTolerance = ({ rows, cols }: Factor): number => Number.EPSILON * Math.max(rows, cols);

/**
 * True if no singular value can be as small as `tolerance` times the largest, by ‖R‖ and ‖R⁻¹‖
 * (Frobenius), in the units of the data. False is inconclusive.
 */
function surelyFullRank(problem: Centred, inverse: Float64Array, tolerance: number): boolean {
  const { n, exponents } = problem;
  const rows = Float64Array.from(exponents, (exponent, j) =>
    timesPower(norm(inverse.subarray(j * n, (j + 1) * n)), -exponent),
  );
  const smallest = 1 / norm(rows);
  return smallest > 0 && smallest > tolerance * norm(commonUnits(problem));
}

/**
 * True if no singular value above rounding errors can be as small as `tolerance` times the largest.
 */
function surelyAllCount(problem: Centred, space: RowSpace, tolerance: number): boolean {
  const shortest = problem.lengths.reduce(
    (least, length, j) => Math.min(least, timesPower(length, problem.exponents[j]!)),
    Number.POSITIVE_INFINITY,
  );
  return space.least * shortest > tolerance * norm(commonUnits(problem));
}

/**
 * The minimum-norm coefficients among those that minimise ‖Y − 1·interceptᵀ − X·coefᵀ‖ (Golub & Van
 * Loan §5.5.1), from the factor: by back substitution at full rank, otherwise by a singular value
 * decomposition. The rank is that of the centred X, excluding what may be rounding errors relative
 * to the numbers before centring.
 */
export async function solveFactor(
  factor: Factor,
  tolerance: number,
  kernels: KernelRequest,
): Promise<FactorSolution> {
  const problem = await centredProblem(factor, 'ofNumbers', kernels);
  const { n, targets, r, y } = problem;
  const solution = (coef: Float64Array, rank: number): FactorSolution => ({
    ...unframed(factor, problem, coef),
    rank,
    inverse: rank === factor.cols ? inverse : undefined,
  });
  const right = [
    { values: y, cols: targets },
    { values: identity(n), cols: n },
  ];
  const [x, inverse] = (n === 0 ? [y, y] : await solveTriangular(r, n, right, false, kernels)) as [
    Float64Array,
    Float64Array,
  ];
  if (n === 0) return solution(y, 0);
  const isClear = isClearOfNoise(problem, inverse);
  if (isClear && surelyFullRank(problem, inverse, tolerance)) return solution(transpose(x, n, targets), n);

  const space = isClear ? undefined : await rowSpaceOf(problem, kernels);
  const inCommon = (coef: Float64Array, rank: number): FactorSolution => ({
    ...unframed(factor, problem, coef, Array(n).fill(problem.common)),
    rank,
    inverse: undefined,
  });
  if (space !== undefined && space.rank < n && surelyAllCount(problem, space, tolerance)) {
    const common = space.solution.map((value, at) => timesPower(value, -problem.exponents[at % n]!));
    return inCommon(space.project(common), space.rank);
  }
  const { coef, rank } = await truncated(problem, space, tolerance, kernels);
  if (rank === n && x.every(Number.isFinite)) return solution(transpose(x, n, targets), n);
  return inCommon(coef, rank);
}

/**
 * The minimum-norm solution by singular values above `tolerance` times the largest, in the units
 * common to all columns.
 */
async function truncated(
  problem: Centred,
  space: RowSpace | undefined,
  tolerance: number,
  kernels: KernelRequest,
): Promise<{ coef: Float64Array; rank: number }> {
  const { n, targets, y } = problem;
  const most = space?.rank ?? n;
  const plain = commonUnits(problem);
  const a = most === n ? plain : space!.project(plain);
  const { rows, b, values } = await svd(a, n, y, targets, kernels);
  const least = tolerance * values.reduce((largest, value) => Math.max(largest, value), 0);
  const kept = [...values.keys()]
    .filter((i) => values[i]! > least)
    .sort((i, j) => values[j]! - values[i]!)
    .slice(0, most);
  const coef = new Float64Array(targets * n);
  for (const i of kept) {
    const sigma = values[i]!;
    for (let k = 0; k < targets; k++) {
      const part = b[i * targets + k]! / sigma;
      for (let j = 0; j < n; j++) coef[k * n + j]! += (rows[i * n + j]! / sigma) * part;
    }
  }
  return { coef, rank: kept.length };
}
