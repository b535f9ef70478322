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
  /** Column j of X and Y in the units of the data, from row `from` of the triangle. */
  const column = (j: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => {
      const value = r[(i + from) * size + 1 + j]! + (i + from === 0 ? frame.offsets[j]! * root : 0);
      return (value * powerOfTwo(frame.exponents[j]!)) / root;
    });
  const triangle = new Float64Array(rows * cols);
  for (let j = 0; j < cols; j++) {
    column(j, rows).forEach((value, i) => {
      triangle[i * cols + j] = value;
    });
  }
  const sides = Array.from({ length: targets }, (_, k) => column(cols + k, rows));
  const rest = Float64Array.from(sides, (_, k) =>
    column(cols + k, rows + targets)
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

/** G = RᵀR, both triangles. */
async function gramOf({ r, rows, cols }: Moments): Promise<Float64Array> {
  const gram = new Float64Array(cols * cols);
  let products = 0;
  for (let l = 0; l < rows; l++) {
    const row = l * cols;
    // Rows of a triangle begin at the diagonal, or one after it.
    for (let i = Math.max(0, l - 1); i < cols; i++) {
      const value = r[row + i]!;
      if (value === 0) continue;
      for (let j = i; j < cols; j++) gram[i * cols + j]! += value * r[row + j]!;
    }
    products += (cols - l) ** 2 / 2;
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
