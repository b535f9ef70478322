import {
  addScaled,
  dot,
  largestElement,
  type Objective,
  type Solution,
  type SolverLimits,
} from './objective.js';

/** A function with its second derivative. */
export interface CurvedObjective extends Objective {
  /** Writes ∇²f(x), row by row, at the point of the last `evaluate`. */
  hessian(x: Float64Array, matrix: Float64Array): void;
}

/** Sufficient decrease of the value along the Newton direction. */
const C1 = 1e-4;
const MOST_HALVINGS = 40;
/** Initial fraction of the mean diagonal that is added if the Hessian is not positive definite. */
const FIRST_DAMPING = 1e-12;
const DAMPING_GROWTH = 100;
const MOST_DAMPINGS = 9;
const NOISE = 8 * Number.EPSILON;
/** A pivot below this fraction of its diagonal is rounding error, not curvature. */
const PIVOT_PRECISION = 8 * Number.EPSILON;

/**
 * Computes the Cholesky factor L of A + damping·I in place of A's lower triangle. @returns false if
 * A is not positive definite
 */
function factor(a: Float64Array, n: number, damping: number): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j]! + damping;
    const diagonal = pivot;
    for (let k = 0; k < j; k++) pivot -= a[j * n + k]! * a[j * n + k]!;
    if (!(pivot > PIVOT_PRECISION * diagonal)) return false;
    const root = Math.sqrt(pivot);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = sum / root;
    }
  }
  return true;
}

/** Solves L·Lᵀ·x = b in place of b. */
function substitute(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
}

/**
 * −A⁻¹·g, after adding the smallest tried multiple of the identity that makes A positive definite.
 */
function newtonDirection(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const n = gradient.length;
  const direction = gradient.map((g) => -g);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += Math.abs(hessian[i * n + i]!);
  const unit = trace > 0 ? trace / n : 1;
  for (let i = 0, damping = 0; i < MOST_DAMPINGS; i++) {
    const l = hessian.slice();
    if (factor(l, n, damping * unit)) {
      substitute(l, n, direction);
      return direction;
    }
    damping = damping === 0 ? FIRST_DAMPING : damping * DAMPING_GROWTH;
  }
  return direction;
}

/**
 * Minimises a convex function by Newton's method with a backtracking line search. (Nocedal &
 * Wright, "Numerical Optimization", algorithm 3.2)
 * @param start initial point; not modified
 */
export function minimizeNewton(
  objective: CurvedObjective,
  start: Float64Array,
  limits: SolverLimits,
): Solution {
  const n = start.length;
  const x = start.slice();
  const trial = new Float64Array(n);
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n * n);
  let value = objective.evaluate(x, gradient);
  let evaluations = 1;
  const solution = (status: Solution['status'], iterations: number): Solution => {
    return { x, value, iterations, evaluations, gradientNorm: largestElement(gradient), status };
  };
  for (let iteration = 0; ; iteration++) {
    if (!(largestElement(gradient) > limits.tol)) return solution('converged', iteration);
    if (iteration === limits.maxIter) return solution('maxIter', iteration);
    objective.hessian(x, hessian);
    const direction = newtonDirection(hessian, gradient);
    const derivative = dot(direction, gradient);
    let step = 1;
    for (let halvings = 0; ; halvings++, step /= 2) {
      if (halvings === MOST_HALVINGS || !(derivative < 0)) {
        value = objective.evaluate(x, gradient);
        return solution('precision', iteration);
      }
      trial.set(x);
      addScaled(trial, step, direction);
      const next = objective.evaluate(trial, gradient);
      evaluations++;
      if (next <= value + C1 * step * derivative + NOISE * Math.abs(value)) {
        const stuck = trial.every((v, i) => v === x[i]);
        value = next;
        x.set(trial);
        if (stuck) return solution('precision', iteration);
        break;
      }
    }
  }
}
