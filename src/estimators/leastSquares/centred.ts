import { SteepestError } from '../../core/errors.js';
import { timesPower, timesPowers } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { Factor } from './factor.js';
import { columnNorm, norm, triangleOf } from './small.js';

/**
 * Rounding errors of a column of a triangle, relative to its length before centring: half a unit in
 * the last place from the input numbers, plus what the reflections add. (Measured: 1 or 2 units for
 * a thousand rows, 4 for a million, 14 for a hundred reflections.)
 */
export const noiseOfColumn = (cols: number): number => (8 + 2 * Math.sqrt(cols)) * Number.EPSILON;

/**
 * The centred problem of a factor, without its constant columns: R·c ≈ y, in the factor's frame.
 */
export interface Centred {
  /** Numbers of the columns that vary, in order. */
  varying: readonly number[];
  /** The number of columns that vary. */
  n: number;
  targets: number;
  /** n × n, upper triangular. */
  r: Float64Array;
  /** n × targets. */
  y: Float64Array;
  /** Lengths of the columns before centring; rounding errors are relative to them. */
  lengths: Float64Array;
  /**
   * R and `lengths` times 2^exponents[j] are in units common to all columns; no exponent is above
   * 0.
   */
  exponents: readonly number[];
  /** These units: 2^common. */
  common: number;
}

/**
 * Which rounding errors to consider: `ofNumbers`, those of the columns as given, which decide
 * whether columns depend on each other; or `ofSums`, only those of the triangle, which are relative
 * to lengths from the frame's origin.
 */
export type Errors = 'ofNumbers' | 'ofSums';

/** Length of column j of X from the frame's origin; for `ofNumbers` from 0, if that is longer. */
function lengthOf({ r, size, ones, frame }: Factor, j: number, errors: Errors): number {
  const length = columnNorm(r, size, ones + j, 0, ones + j + 1);
  if (ones === 0 || errors === 'ofSums') return length;
  const below = columnNorm(r, size, ones + j, 1, ones + j + 1);
  return Math.max(length, norm(Float64Array.of(r[1 + j]! + frame.offsets[j]! * r[0]!, below)));
}

/**
 * The centred problem. Constant columns, which cannot be distinguished from the intercept, are left
 * out.
 */
export async function centredProblem(
  factor: Factor,
  errors: Errors,
  kernels: KernelRequest,
): Promise<Centred> {
  const { r, size, ones, cols, targets, frame } = factor;
  const noise = noiseOfColumn(cols);
  const all = new Float64Array(cols);
  const varying: number[] = [];
  for (let j = 0; j < cols; j++) {
    all[j] = lengthOf(factor, j, errors);
    if (columnNorm(r, size, ones + j, ones, ones + j + 1) > noise * all[j]!) varying.push(j);
  }
  const n = varying.length;
  const rows = new Float64Array(cols * n);
  const right = new Float64Array(cols * targets);
  for (let i = 0; i < cols; i++) {
    const row = (ones + i) * size + ones;
    if (n === cols) rows.set(r.subarray(row, row + cols), i * n);
    else for (let at = 0; at < n; at++) rows[i * n + at] = r[row + varying[at]!]!;
    right.set(r.subarray(row + cols, row + cols + targets), i * targets);
  }
  const triangle =
    n === cols || n === 0
      ? { r: rows, y: right.subarray(0, n * targets) }
      : await triangleOf(rows, cols, n, right, targets, kernels);
  const common = varying.reduce((most, j) => Math.max(most, frame.exponents[j]!), Number.NEGATIVE_INFINITY);
  return {
    ...triangle,
    varying,
    n,
    targets,
    lengths: Float64Array.from(varying, (j) => all[j]!),
    exponents: varying.map((j) => frame.exponents[j]! - common),
    common,
  };
}

/** R with columns in units common to all. */
export function commonUnits({ r, exponents }: Pick<Centred, 'r' | 'exponents'>): Float64Array {
  return timesPowers(r, exponents);
}

/**
 * Coefficients of all columns (targets × columns) and intercepts in the units of the data, computed
 * from those of the varying columns.
 * @param units units of X for these coefficients, as powers of two, one per varying column;
 *   default: those of the frame
 * @throws SteepestError `ERR_NOT_FINITE` if float64 cannot hold them
 */
export function unframed(
  factor: Factor,
  { varying, n }: Centred,
  coef: Float64Array,
  units: readonly number[] = varying.map((j) => factor.frame.exponents[j]!),
): { coef: Float64Array; intercept: Float64Array } {
  const { r, ones, cols, targets, frame } = factor;
  const all = new Float64Array(targets * cols);
  const intercept = new Float64Array(targets);
  for (let k = 0; k < targets; k++) {
    const unit = frame.exponents[cols + k]!;
    // The intercept: solves the first row of R, then moves from the frame's origin to 0.
    let sum = ones === 0 ? 0 : r[1 + cols + k]!;
    let fromOrigin = ones === 0 ? 0 : frame.offsets[cols + k]!;
    varying.forEach((j, at) => {
      all[k * cols + j] = timesPower(coef[k * n + at]!, unit - units[at]!);
      if (ones === 0) return;
      const value = timesPower(coef[k * n + at]!, frame.exponents[j]! - units[at]!);
      sum -= r[1 + j]! * value;
      fromOrigin -= frame.offsets[j]! * value;
    });
    if (ones === 1) intercept[k] = timesPower(sum / r[0]! + fromOrigin, unit);
  }
  if (all.every(Number.isFinite) && intercept.every(Number.isFinite)) return { coef: all, intercept };
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: 'coefficients that float64 can hold',
    given: 'larger ones: y is too large relative to X',
    hint: 'Scale X up or y down.',
  });
}
