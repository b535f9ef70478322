/** A function to minimise, with its gradient. */
export interface Objective {
  /** Number of variables. */
  readonly size: number;
  /** Relative rounding error of values; that of float64 if absent. */
  readonly precision?: number;
  /**
   * May round x, to a number format in which f takes its variables.
   * @returns f(x), and writes ∇f(x) to `gradient`
   */
  evaluate(x: Float64Array, gradient: Float64Array): number;
}

/** When to stop. */
export interface SolverLimits {
  /** The largest element of the gradient (or of the proximal step) that counts as 0. */
  tol: number;
  maxIter: number;
  /** Ends after the step in which more evaluations have been made. */
  maxEvaluations?: number;
  /** Converged when a step lowers the value by no more than this, relative to it or to 1. */
  leastDecrease?: number;
  /** Called with the value after each step. */
  onStep?: (value: number) => void;
}

export interface Solution {
  x: Float64Array;
  value: number;
  iterations: number;
  evaluations: number;
  /** The largest element of the gradient at x. */
  gradientNorm: number;
  /**
   * `converged`: the gradient is 0 within `tol`. `precision`: the value no longer changes in
   * float64. `maxIter`: neither within the allowed iterations.
   */
  status: 'converged' | 'precision' | 'maxIter';
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** y += factor·x. */
export function addScaled(y: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! + factor * x[i]!;
}

export function largestElement(x: Float64Array): number {
  let most = 0;
  // A NaN must result in NaN.
  for (let i = 0; i < x.length; i++) if (!(Math.abs(x[i]!) <= most)) most = Math.abs(x[i]!);
  return most;
}
