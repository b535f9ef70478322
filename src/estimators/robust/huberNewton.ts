import type { InParts } from '../../core/inParts.js';
import { factorScaled } from '../solvers/cholesky.js';
import { addScaled, dot, largestElement } from '../solvers/objective.js';
import { curvatureTimes, derivatives, type HuberProblem, products, sizeOf, valueAt } from './huberLoss.js';

/** With more variables, Newton steps come from conjugate gradients, which store no matrix. */
const MOST_FACTORED = 512;
/** Conjugate gradients end at this fraction of the gradient. */
const CG_PRECISION = 1e-6;
const MOST_CG_STEPS = 200;
/** The scale, in units of the targets' largest deviation, at which a fit counts as exact. */
const LEAST_SCALE = 10 * Number.EPSILON;
/** One step leaves the scale at least this fraction, so that it stays above 0. */
const LEAST_SHRINKAGE = 0.1;
/** Sufficient decrease of a step. (Nocedal & Wright, eq. 3.6a) */
const DECREASE = 1e-4;
const MOST_HALVINGS = 60;
/** A decrease below this fraction of the value is rounding. */
const NOISE = 4 * Number.EPSILON;

export interface HuberSolution {
  /** Coefficients, perhaps an intercept, and the scale. */
  point: Float64Array;
  iterations: number;
  gradientNorm: number;
  converged: boolean;
}

/** The Newton step by conjugate gradients with the diagonal as preconditioner. */
function* conjugateStep(
  problem: HuberProblem,
  point: Float64Array,
  residuals: Float64Array,
  gradient: Float64Array,
): InParts<Float64Array> {
  const step = new Float64Array(gradient.length);
  const rest = gradient.map((g) => -g);
  const { diagonal } = yield* curvatureTimes(problem, point, residuals, step);
  const precondition = (r: Float64Array): Float64Array =>
    r.map((value, j) => (diagonal[j]! > 0 ? value / diagonal[j]! : value));
  let z = precondition(rest);
  let direction = z.slice();
  let size = dot(rest, z);
  const enough = size * CG_PRECISION ** 2;
  for (let k = 0; k < MOST_CG_STEPS && size > enough; k++) {
    const { product } = yield* curvatureTimes(problem, point, residuals, direction);
    const curvature = dot(direction, product);
    if (!(curvature > 0)) break;
    addScaled(step, size / curvature, direction);
    addScaled(rest, -size / curvature, product);
    z = precondition(rest);
    const next = dot(rest, z);
    direction = direction.map((d, j) => z[j]! + (next / size) * d);
    size = next;
  }
  return largestElement(step) > 0 ? step : precondition(gradient.map((g) => -g));
}

/**
 * Minimises by Newton's method with backtracking: the objective is convex, and quadratic in the
 * coefficients between changes of the set of outliers, so that few steps give all digits.
 * (Nocedal & Wright, "Numerical Optimization", §3)
 * @param start not modified
 */
export function* minimiseHuber(
  problem: HuberProblem,
  start: Float64Array,
  { tol, maxIter }: { tol: number; maxIter: number },
): InParts<HuberSolution> {
  const size = sizeOf(problem);
  const last = size - 1;
  const hessian = size <= MOST_FACTORED ? new Float64Array(size * size) : undefined;
  const point = start.slice();
  let residuals = (yield* products(problem, point)).map((p, i) => problem.y[i]! - p);
  let value = valueAt(problem, point, residuals);
  for (let iterations = 0; ; iterations++) {
    const gradient = yield* derivatives(problem, point, residuals, hessian);
    const gradientNorm = largestElement(gradient);
    const isExact = point[last]! <= LEAST_SCALE;
    if (isExact || gradientNorm <= tol) return { point, iterations, gradientNorm, converged: true };
    if (iterations === maxIter) return { point, iterations, gradientNorm, converged: false };
    let step: Float64Array;
    if (hessian === undefined) step = yield* conjugateStep(problem, point, residuals, gradient);
    else {
      step = gradient.map((g) => -g);
      factorScaled(hessian, size).solve(step);
    }
    const derivative = dot(step, gradient);
    const change = yield* products(problem, step);
    const shrinkage = -step[last]! / point[last]!;
    let length = Math.min(1, shrinkage > 0 ? (1 - LEAST_SHRINKAGE) / shrinkage : 1);
    let moved = false;
    for (let k = 0; k < MOST_HALVINGS && derivative < 0 && !moved; k++, length /= 2) {
      const trial = point.map((p, j) => p + length * step[j]!);
      const after = residuals.map((r, i) => r - length * change[i]!);
      const next = valueAt(problem, trial, after);
      if (!(next <= value + DECREASE * length * derivative + NOISE * value)) {
        yield;
        continue;
      }
      point.set(trial);
      residuals = after;
      moved = next < value;
      value = next;
      if (!moved) break;
    }
    // No step lowers the value beyond rounding: these are all digits.
    if (!moved) return { point, iterations: iterations + 1, gradientNorm, converged: true };
  }
}
