import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { powerOfTwo } from '../../core/powers.js';
import type { Factor } from '../leastSquares/factor.js';
import { GramQuadratic } from './coordinateDescent.js';

/**
 * What penalised models need from the rows, computed from the triangle of [1 | X | Y]: all in the
 * units of the data, and divided by the sum of the weights.
 */
export interface Moments {
  cols: number;
  targets: number;
  /**
   * Rows × columns, R of the centred X (of X itself without an intercept), divided by the root of
   * the sum of the weights.
   */
  r: Float64Array;
  /** The rows of `r`. */
  rows: number;
  /** For each target, Qᵀy: as many elements as `r` has rows. */
  sides: readonly Float64Array[];
  /** Mean squares of what no column explains, one per target. */
  rest: Float64Array;
  /** Weighted means of the columns; 0 without an intercept. */
  xMean: Float64Array;
  yMean: Float64Array;
  /** The sum of the weights. */
  weight: number;
}

/**
 * The moments of a factor with a column of ones.
 * @throws SteepestError `ERR_NOT_FINITE` if squares of the columns leave float64's range;
 *   `ERR_ARGUMENT` if no row has a weight
 */
export function momentsOf(factor: Factor, fitIntercept: boolean): Moments {
  const { r, size, cols, targets, frame } = factor;
  const total = r[0]! ** 2;
  if (!(total > 0)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'rows with a weight above 0 in every fold',
      given: 'a fold without any',
      hint: 'Use fewer folds (cv), or leave out rows without a weight.',
    });
  }
  const root = r[0]!;
  const from = fitIntercept ? 1 : 0;
  const rows = cols + 1 - from;
  const width = cols + targets;
  /**
   * Columns of X and Y in the units of the data, from row `from` of the triangle: height × count.
   */
  const columns = (first: number, count: number, height: number): Float64Array => {
    const out = new Float64Array(height * count);
    for (let j = 0; j < count; j++) {
      const unit = powerOfTwo(frame.exponents[first + j]!);
      for (let i = 0; i < height; i++)
        out[i * count + j] = (r[(i + from) * size + 1 + first + j]! * unit) / root;
      if (from === 0) out[j]! += frame.offsets[first + j]! * unit;
    }
    return out;
  };
  const triangle = columns(0, cols, rows);
  const sides = Array.from({ length: targets }, (_, k) => columns(cols + k, 1, rows));
  const rest = Float64Array.from(sides, (_, k) =>
    columns(cols + k, 1, rows + targets)
      .subarray(rows)
      .reduce((sum, value) => sum + value * value, 0),
  );
  const mean = (j: number): number =>
    fitIntercept ? (r[1 + j]! / root + frame.offsets[j]!) * powerOfTwo(frame.exponents[j]!) : 0;
  const means = Float64Array.from({ length: width }, (_, j) => mean(j));
  const weight = total * powerOfTwo(frame.weightExponent);
  const all = { xMean: means.slice(0, cols), yMean: means.slice(cols), rest };
  return { cols, targets, r: triangle, rows, sides, weight, ...all };
}

/** Rows of G between two turns of the event loop, for that many columns: a few milliseconds. */
const SLICE_PRODUCTS = 4e6;

/**
 * Rows of R that are added to G together: its elements are read and written once for all of them.
 */
const UNROLLED = 4;

/** G += the products of rows l … l + 3 of R, which begin at column `first`. */
function addRows(gram: Float64Array, r: Float64Array, l: number, cols: number, first: number): void {
  const [r0, r1, r2, r3] = [l, l + 1, l + 2, l + 3].map((row) =>
    r.subarray(row * cols, (row + 1) * cols),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let i = first; i < cols; i++) {
    const [v0, v1, v2, v3] = [r0[i]!, r1[i]!, r2[i]!, r3[i]!];
    const to = i * cols;
    for (let j = i; j < cols; j++) gram[to + j]! += v0 * r0[j]! + v1 * r1[j]! + v2 * r2[j]! + v3 * r3[j]!;
  }
}

/** G = RᵀR, both triangles. */
async function gramOf({ r, rows, cols }: Moments): Promise<Float64Array> {
  const gram = new Float64Array(cols * cols);
  const whole = new Float64Array(UNROLLED * Math.ceil(rows / UNROLLED) * cols);
  whole.set(r);
  let products = 0;
  for (let l = 0; l < rows; l += UNROLLED) {
    // Rows of a triangle begin at the diagonal, or one before it.
    const first = Math.max(0, l - 1);
    addRows(gram, whole, l, cols, first);
    products += 2 * (cols - first) ** 2;
    if (products > SLICE_PRODUCTS) {
      products = 0;
      await nextTurn();
    }
  }
  for (let i = 0; i < cols; i++) for (let j = 0; j < i; j++) gram[i * cols + j] = gram[j * cols + i]!;
  if (gram.every((value) => Number.isFinite(value))) return gram;
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: 'columns whose squares float64 can hold',
    given: 'larger numbers',
    hint: 'Scale the columns with StandardScaler.',
  });
}

/** The quadratics of all targets. @throws SteepestError `ERR_NOT_FINITE` */
export async function gramQuadratics(moments: Moments): Promise<GramQuadratic[]> {
  const { r, rows, cols, sides, rest } = moments;
  const gram = await gramOf(moments);
  return sides.map((side, k) => {
    const q = new Float64Array(cols);
    let squares = rest[k]!;
    for (let i = 0; i < rows; i++) {
      const value = side[i]!;
      squares += value * value;
      for (let j = 0; j < cols; j++) q[j]! += r[i * cols + j]! * value;
    }
    return new GramQuadratic(gram, q, squares);
  });
}

/** intercept = ȳ − x̄·coef, for coefficients of one target. */
export function interceptOf(
  { xMean, yMean }: Pick<Moments, 'xMean' | 'yMean'>,
  k: number,
  coef: Float64Array,
): number {
  let sum = yMean[k]!;
  for (let j = 0; j < coef.length; j++) sum -= xMean[j]! * coef[j]!;
  return sum;
}
