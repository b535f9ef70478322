import { type Arena, float64At } from '../../core/arena.js';
import { timesPower } from '../../core/powers.js';
import { type MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { wholeOp } from '../base/ops.js';
import { columnSquares, type Factor, residualSquares } from './factor.js';
import { runPass } from './pass.js';
import { type Cut, cutFor, type PassOptions, type RowJob, type RowOperands } from './rowJob.js';
import { columnNorm, norm, solveTriangular } from './small.js';
import type { Solution } from './solve.js';
import type { RowSource } from './source.js';

/** Target relative error: twelve digits of the largest coefficient, fewer of others. */
const GOOD_ENOUGH = 1e-12;
/**
 * Refinement is worthwhile if steps shrink at least by this factor: 2⁻⁵²·κ², with κ the condition
 * number of R.
 */
const MOST_CONTRACTION = 1e-2;
const MOST_STEPS = 6;
/** Operations per row, column and target. */
const FLOPS_PER_PRODUCT = 40;

const residualCut = (size: number): Cut => cutFor(8 * Math.ceil((size + 1) / 8));

/** Rows of a block of the passes that refine a solution. */
export const refineBlockRows = (cols: number, targets: number, fitIntercept: boolean): number =>
  residualCut(Number(fitIntercept) + cols + targets).blockRows;

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
    this.cut = residualCut(factor.size);
    this.flopsPerRow = FLOPS_PER_PRODUCT * factor.cols * factor.targets;
  }

  reserve(memory: MemoryPlan, _workers: number, accumulators: number): void {
    const { cols, targets } = this.factor;
    this.moments.length = 0;
    this.coefRegion = memory.matrix('coef', 'parameter', targets, cols, 'f64');
    this.interceptRegion = memory.vector('intercept', 'parameter', targets, 'f64');
    for (let i = 0; i < accumulators; i++) {
      this.moments.push(memory.matrix(`moments.${i}`, 'state', 2 * targets, 1 + cols, 'f64'));
    }
  }

  prepare(arena: Arena): void {
    const { cols, targets } = this.factor;
    const { byteOffset, rowStride } = this.coefRegion;
    for (let k = 0; k < targets; k++) {
      const row = float64At(arena, byteOffset + k * rowStride * 8, cols);
      row.set(this.coef.subarray(k * cols, (k + 1) * cols));
    }
    float64At(arena, this.interceptRegion.byteOffset, targets).set(this.intercept);
  }

  ops({ x, y, weight }: RowOperands, accumulator: number) {
    const coef = operandOf(this.coefRegion);
    const intercept = operandOf(this.interceptRegion);
    const moments = operandOf(this.moments[accumulator]!);
    return [wholeOp('normalResidual', { x, y, weight, coef, intercept, moments })];
  }

  accumulator(i: number): Region {
    return this.moments[i]!;
  }

  finish(accumulators: number) {
    return { ops: [], rows: 0, results: accumulators };
  }

  /**
   * The sums over all accumulators, in the factor's frame, rounded: parameters × targets, the
   * intercept's first if there is one. Offsets are subtracted while sums still have their low
   * parts.
   */
  result(arena: Arena): Float64Array {
    const { ones, cols, targets, frame } = this.factor;
    const sums = new Float64Array((ones + cols) * targets);
    for (let k = 0; k < targets; k++) {
      const unit = -frame.weightExponent - frame.exponents[cols + k]!;
      const [high, low] = ones === 1 ? this.total(arena, k, 0) : [0, 0];
      if (ones === 1) sums[k] = timesPower(high + low, unit);
      for (let j = 0; j < cols; j++) {
        const [big, small] = this.total(arena, k, 1 + j);
        const own = -frame.exponents[j]!;
        const offset = frame.offsets[j]!;
        const product = offset * high;
        const scaled = timesPower(big, own);
        const rest = timesPower(small, own) - offset * low - errorOfProduct(offset, high, product);
        sums[(ones + j) * targets + k] = timesPower(scaled - product + rest, unit);
      }
    }
    return sums;
  }

  /** A sum as a pair of its high and low parts. */
  private total(arena: Arena, k: number, column: number): [number, number] {
    let high = 0;
    let low = 0;
    for (const { byteOffset, rowStride } of this.moments) {
      const at = (row: number): number =>
        float64At(arena, byteOffset + (row * rowStride + column) * 8, 1)[0]!;
      const sum = high + at(2 * k);
      const part = sum - high;
      low += high - (sum - part) + (at(2 * k) - part) + at(2 * k + 1);
      high = sum;
    }
    const sum = high + low;
    return [sum, low - (sum - high)];
  }
}

/** Splits 53 bits into 26 and 26 (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

/** The rounding error of a·b (Dekker 1971). */
function errorOfProduct(a: number, b: number, product: number): number {
  const aBig = a * SPLITTER;
  const bBig = b * SPLITTER;
  const aHigh = aBig - (aBig - a);
  const bHigh = bBig - (bBig - b);
  return (a - aHigh) * (b - bHigh) - (product - aHigh * bHigh - (a - aHigh) * bHigh - aHigh * (b - bHigh));
}

/** Lengths of columns [from, to) of a triangle. */
const columnLengths = (r: Float64Array, stride: number, from: number, to: number): Float64Array =>
  Float64Array.from({ length: to - from }, (_, j) => columnNorm(r, stride, from + j, 0, from + j + 1));

/**
 * Whether refinement may improve the digits of the solution. Parameter j has a relative error of
 * about 2⁻⁵²·(κ_j + κ_j²·‖residual‖ / ‖fit‖) (Golub & Van Loan §5.3.7), where κ_j is the length of
 * column j, from the frame's origin, times that of row j of R⁻¹: 1 for a column that is orthogonal
 * to all others, near the root of its variance inflation factor. Steps of refinement shrink by
 * 2⁻⁵²·κ², with κ the condition number of R with columns of length 1, which is at most √n·√Σκ_j².
 */
export function wantsRefinement(factor: Factor, inverse: Float64Array): boolean {
  const { cols: n, ones, size, r } = factor;
  const lengths = columnLengths(r, size, ones, ones + n);
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
 * Iterative refinement by the corrected seminormal equations (Björck, "Numerical Methods for Least
 * Squares Problems", 1996, §6.6.5): RᵀR·δ = Xᵀ(y − X·b), with the right side in twice float64's
 * precision, as long as steps at least halve. Each step is one pass over the rows.
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
  const lengths = columnLengths(triangle, n, 0, n);
  const coef = solution.coef.slice();
  const intercept = solution.intercept.slice();
  let last = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MOST_STEPS; step++) {
    const job = new ResidualJob(factor, coef, intercept);
    const values = await runPass(source, job, options, (arena) => job.result(arena));
    const right = [{ values, cols: targets }];
    const [own] = (await solveTriangular(triangle, n, right, true, options.kernels)) as [Float64Array];
    // In units of the fitted values, in which parameters of all columns are comparable.
    const length = norm(own.map((value, i) => value * lengths[Math.floor(i / targets)]!));
    if (!(length < last / 2)) break;
    last = length;
    const delta = inUnitsOfData(own, factor);
    for (let k = 0; k < targets; k++) {
      if (ones === 1) intercept[k]! += delta[k]!;
      for (let j = 0; j < cols; j++) coef[k * cols + j]! += delta[(ones + j) * targets + k]!;
    }
    if (isBelowRounding(delta, coef, intercept, factor)) break;
  }
  return { ...solution, coef, intercept };
}

/** A step (parameters × targets) in the units of the data, from that in the frame. */
function inUnitsOfData(own: Float64Array, { ones, cols, targets, frame }: Factor): Float64Array {
  return own.map((value, at) => {
    const [j, k] = [Math.floor(at / targets) - ones, at % targets];
    const unit = frame.exponents[cols + k]!;
    if (j >= 0) return timesPower(value, unit - frame.exponents[j]!);
    let sum = value;
    for (let i = 0; i < cols; i++) sum -= frame.offsets[i]! * own[(ones + i) * targets + k]!;
    return timesPower(sum, unit);
  });
}

/** True if a step changed only the last digits. */
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
