import { type MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { centred, columnSquares, type Factor, residualSquares } from './factor.js';
import {
  type Cut,
  cutFor,
  type PassOptions,
  type RowJob,
  type RowOperands,
  runPass,
  wholeOp,
} from './pass.js';
import { norm, solveTriangular } from './small.js';
import type { Solution } from './solve.js';
import type { RowSource } from './source.js';

/** Relative error that is good enough: twelve digits of the largest coefficient, less of others. */
const GOOD_ENOUGH = 1e-12;
/** Steps shrink at least by this factor where refinement is worth it: 2⁻⁵²·κ², with κ the condition of R. */
const MOST_CONTRACTION = 1e-2;
const MOST_STEPS = 6;
/** Operations per row, column and target. */
const FLOPS_PER_PRODUCT = 40;

/** Σ w·e·[1 | x] over all rows for given coefficients, in twice float64's precision. */
class ResidualJob implements RowJob {
  readonly cut: Cut;
  readonly flopsPerRow: number;
  private coefRegion!: Region;
  private interceptRegion!: Region;
  private readonly moments: Region[] = [];

  constructor(
    private readonly factor: Factor,
    private readonly coef: Float64Array,
    private readonly intercept: Float64Array,
  ) {
    this.cut = cutFor(8 * Math.ceil((factor.size + 1) / 8));
    this.flopsPerRow = FLOPS_PER_PRODUCT * factor.cols * factor.targets;
  }

  reserve(memory: MemoryPlan, _workers: number, accumulators: number): void {
    const { cols, targets } = this.factor;
    this.coefRegion = memory.matrix('coef', 'parameter', targets, cols, 'f64');
    this.interceptRegion = memory.vector('intercept', 'parameter', targets, 'f64');
    for (let i = 0; i < accumulators; i++) {
      this.moments.push(memory.matrix(`moments.${i}`, 'state', 2 * targets, 1 + cols, 'f64'));
    }
  }

  prepare(arena: SharedArrayBuffer): void {
    const { cols, targets } = this.factor;
    const { byteOffset, rowStride } = this.coefRegion;
    for (let k = 0; k < targets; k++) {
      const row = new Float64Array(arena, byteOffset + k * rowStride * 8, cols);
      row.set(this.coef.subarray(k * cols, (k + 1) * cols));
    }
    new Float64Array(arena, this.interceptRegion.byteOffset, targets).set(this.intercept);
  }

  ops({ x, y, weight }: RowOperands, accumulator: number) {
    const coef = operandOf(this.coefRegion);
    const intercept = operandOf(this.interceptRegion);
    const moments = operandOf(this.moments[accumulator]!);
    return [wholeOp('normalResidual', { x, y, weight, coef, intercept, moments })];
  }

  finish() {
    return { ops: [], rows: 0 };
  }

  /** The sums over all accumulators, rounded: parameters × targets, the intercept's first if there is one. */
  result(arena: SharedArrayBuffer): Float64Array {
    const { ones, cols, targets } = this.factor;
    const sums = new Float64Array((ones + cols) * targets);
    for (let k = 0; k < targets; k++) {
      for (let j = 0; j < ones + cols; j++) sums[j * targets + k] = this.total(arena, k, 1 - ones + j);
    }
    return sums;
  }

  private total(arena: SharedArrayBuffer, k: number, column: number): number {
    let high = 0;
    let low = 0;
    for (const { byteOffset, rowStride } of this.moments) {
      const at = (row: number): number =>
        new Float64Array(arena, byteOffset + (row * rowStride + column) * 8, 1)[0]!;
      const sum = high + at(2 * k);
      const part = sum - high;
      low += high - (sum - part) + (at(2 * k) - part) + at(2 * k + 1);
      high = sum;
    }
    return high + low;
  }
}

/** Lengths of the columns of a triangle. */
function columnLengths(r: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) =>
    norm(Float64Array.from({ length: j + 1 }, (_row, i) => r[i * n + j]!)),
  );
}

/**
 * Whether the solution may lack digits that refinement can find. Parameter j has a relative error of about
 * 2⁻⁵²·(κ_j + κ_j²·‖residual‖ / ‖fit‖) (Golub & Van Loan §5.3.7), where κ_j is the length of column j of R times that of row j of R⁻¹:
 * 1 for a column that is orthogonal to all others, the root of its variance inflation factor. Steps of refinement shrink by
 * 2⁻⁵²·κ², κ the condition of R with columns of length 1, which is at most √n·√Σκ_j².
 */
export function wantsRefinement(factor: Factor, inverse: Float64Array): boolean {
  const { cols: n, ones } = factor;
  const lengths = columnLengths(centred(factor).r, n);
  const inflation = lengths.map((length, j) => length * norm(inverse.subarray(j * n, (j + 1) * n)));
  const contraction = Number.EPSILON * n * norm(inflation) ** 2;
  if (!(contraction < MOST_CONTRACTION)) return false;
  const kappa = Math.max(...inflation);
  const residuals = residualSquares(factor);
  const all = columnSquares(factor, ones);
  const error = residuals.map((rest, k) => kappa + kappa ** 2 * Math.sqrt(rest / (all[k]! - rest)));
  return error.some((value) => Number.EPSILON * value > GOOD_ENOUGH);
}

/**
 * Iterative refinement by the corrected seminormal equations (Björck, "Numerical Methods for Least Squares Problems",
 * 1996, §6.6.5): RᵀR·δ = Xᵀ(y − X·b), the right side in twice float64's precision, as long as steps shrink by half. One
 * pass over the rows for each step.
 */
export async function refine(
  source: RowSource,
  factor: Factor,
  solution: Solution,
  options: PassOptions,
): Promise<Solution> {
  const { ones, cols, targets, size, r } = factor;
  const n = ones + cols;
  const triangle = new Float64Array(n * n);
  for (let i = 0; i < n; i++) triangle.set(r.subarray(i * size, i * size + n), i * n);
  const lengths = columnLengths(triangle, n);
  const coef = solution.coef.slice();
  const intercept = solution.intercept.slice();
  let last = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MOST_STEPS; step++) {
    const job = new ResidualJob(factor, coef, intercept);
    const { arena } = await runPass(source, job, options);
    const right = [{ values: job.result(arena), cols: targets }];
    const [delta] = (await solveTriangular(triangle, n, right, true, options.kernels)) as [Float64Array];
    // In the units of the fitted values, where parameters of all columns can be compared.
    const length = norm(delta.map((value, i) => value * lengths[Math.floor(i / targets)]!));
    if (!(length < last / 2)) break;
    last = length;
    for (let k = 0; k < targets; k++) {
      if (ones === 1) intercept[k]! += delta[k]!;
      for (let j = 0; j < cols; j++) coef[k * cols + j]! += delta[(ones + j) * targets + k]!;
    }
    if (isBelowRounding(delta, coef, intercept, factor)) break;
  }
  return { ...solution, coef, intercept };
}

/** True if a step has changed nothing but last digits. */
function isBelowRounding(
  delta: Float64Array,
  coef: Float64Array,
  intercept: Float64Array,
  { ones, cols, targets }: Factor,
): boolean {
  return delta.every((value, i) => {
    const [j, k] = [Math.floor(i / targets) - ones, i % targets];
    const parameter = j < 0 ? intercept[k]! : coef[k * cols + j]!;
    return Math.abs(value) <= 2 * Number.EPSILON * Math.abs(parameter);
  });
}
