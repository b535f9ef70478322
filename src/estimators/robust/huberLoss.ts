/**
 * The joint objective of coefficients and scale, with its derivatives, over scaled rows:
 *
 *   τ + Σ w_i·τ·H(ρ_i/τ) / Σ w_i + Σ_j a_j·v_j², where H(z) = z² for |z| ≤ ε, else 2ε|z| − ε²,
 *
 * which is convex in (v, b, τ). (Huber & Ronchetti, "Robust Statistics", 2nd ed., §7.7 and §7.8)
 */
import { eachRange, type InParts, PRODUCTS_PER_PART } from '../../core/inParts.js';
import type { ScaledRows } from './scaledRows.js';

export interface HuberProblem extends ScaledRows {
  readonly epsilon: number;
  readonly fitIntercept: boolean;
  /** Penalty of each coefficient. */
  readonly penalties: Float64Array;
}

/** Number of variables: coefficients, perhaps an intercept, and last the scale. */
export const sizeOf = ({ cols, fitIntercept }: HuberProblem): number => cols + (fitIntercept ? 1 : 0) + 1;

/** (x, 1)·point for every row. */
export function* products(problem: HuberProblem, point: Float64Array): InParts<Float64Array> {
  const { rows, cols, rowsPerPart, fitIntercept } = problem;
  const out = new Float64Array(rows);
  const row = new Float64Array(cols);
  const constant = fitIntercept ? point[cols]! : 0;
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        problem.read(i, row);
        let sum = constant;
        for (let j = 0; j < cols; j++) sum += row[j]! * point[j]!;
        out[i] = sum;
      }
    },
    rowsPerPart,
  );
  return out;
}

/** The objective at given residuals. */
export function valueAt(
  { epsilon, weights, totalWeight, penalties }: HuberProblem,
  point: Float64Array,
  residuals: Float64Array,
): number {
  const scale = point[point.length - 1]!;
  const edge = epsilon * scale;
  let sum = 0;
  for (let i = 0; i < residuals.length; i++) {
    const size = Math.abs(residuals[i]!);
    const loss = size <= edge ? (size / scale) * size : epsilon * (2 * size - edge);
    sum += (weights?.[i] ?? 1) * loss;
  }
  let penalty = 0;
  for (let j = 0; j < penalties.length; j++) penalty += penalties[j]! * point[j]! ** 2;
  return scale + sum / totalWeight + penalty;
}

/** Gradient and, if asked for, second derivatives (the lower triangle) at given residuals. */
export function* derivatives(
  problem: HuberProblem,
  point: Float64Array,
  residuals: Float64Array,
  hessian: Float64Array | undefined,
): InParts<Float64Array> {
  const { rows, cols, epsilon, weights, totalWeight, penalties } = problem;
  const size = sizeOf(problem);
  const scale = point[size - 1]!;
  const gradient = new Float64Array(size);
  const row = new Float64Array(size).fill(1);
  gradient[size - 1] = 1;
  hessian?.fill(0);
  const perRow = hessian === undefined ? size : size * size;
  const add = (i: number): void => {
    const weight = (weights?.[i] ?? 1) / totalWeight;
    if (weight === 0) return;
    problem.read(i, row);
    const z = residuals[i]! / scale;
    const isOutlier = Math.abs(z) > epsilon;
    const byScore = -2 * weight * (isOutlier ? epsilon * Math.sign(z) : z);
    for (let j = 0; j < size - 1; j++) gradient[j] = gradient[j]! + byScore * row[j]!;
    gradient[size - 1] = gradient[size - 1]! - weight * (isOutlier ? epsilon : z) ** 2;
    if (isOutlier || hessian === undefined) return;
    row[size - 1] = z;
    for (let j = 0; j < size; j++) {
      const factor = ((2 * weight) / scale) * row[j]!;
      for (let k = 0; k <= j; k++) hessian[j * size + k] = hessian[j * size + k]! + factor * row[k]!;
    }
  };
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) add(i);
    },
    Math.max(1, Math.floor(PRODUCTS_PER_PART / perRow)),
  );
  for (let j = 0; j < cols; j++) {
    gradient[j] = gradient[j]! + 2 * penalties[j]! * point[j]!;
    if (hessian !== undefined) hessian[j * (size + 1)] = hessian[j * (size + 1)]! + 2 * penalties[j]!;
  }
  return gradient;
}

/** The second derivatives times a vector, and their diagonal, without storing them. */
export function* curvatureTimes(
  problem: HuberProblem,
  point: Float64Array,
  residuals: Float64Array,
  vector: Float64Array,
): InParts<{ product: Float64Array; diagonal: Float64Array }> {
  const { rows, cols, epsilon, weights, totalWeight, penalties, rowsPerPart } = problem;
  const size = sizeOf(problem);
  const scale = point[size - 1]!;
  const product = new Float64Array(size);
  const diagonal = new Float64Array(size);
  const row = new Float64Array(size).fill(1);
  const add = (i: number): void => {
    const z = residuals[i]! / scale;
    if (Math.abs(z) > epsilon) return;
    problem.read(i, row);
    row[size - 1] = z;
    let along = 0;
    for (let j = 0; j < size; j++) along += row[j]! * vector[j]!;
    const factor = (2 * (weights?.[i] ?? 1)) / totalWeight / scale;
    for (let j = 0; j < size; j++) {
      product[j] = product[j]! + factor * along * row[j]!;
      diagonal[j] = diagonal[j]! + factor * row[j]! ** 2;
    }
  };
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let i = begin; i < end; i++) add(i);
    },
    rowsPerPart,
  );
  for (let j = 0; j < cols; j++) {
    product[j] = product[j]! + 2 * penalties[j]! * vector[j]!;
    diagonal[j] = diagonal[j]! + 2 * penalties[j]!;
  }
  return { product, diagonal };
}
