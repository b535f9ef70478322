import { factorScaled } from './cholesky.js';
import {
  addScaled,
  dot,
  largestElement,
  type Objective,
  type Solution,
  type SolverLimits,
} from './objective.js';
import { type Steps, takeSteps } from './steps.js';

/** A function with its second derivative. */
export interface CurvedObjective extends Objective {
  /** @returns f(x), and writes ∇f(x) to `gradient` and ∇²f(x), row by row, to `hessian` */
  evaluateCurved(x: Float64Array, gradient: Float64Array, hessian: Float64Array): number;
}

/** Sufficient decrease of the value along the Newton direction. */
const C1 = 1e-4;
const MOST_HALVINGS = 40;
const NOISE = 8 * Number.EPSILON;

/** The state of a run. */
class Newton implements Steps {
  private readonly trial: Float64Array;
  private readonly gradient: Float64Array;
  private readonly hessian: Float64Array;
  value: number;
  evaluations = 1;
  /** Whether `hessian` is that of x. */
  private hasHessian = true;
  /** The gradient's largest element, before and after the last step. */
  private sizes: [number, number] = [0, 0];

  constructor(
    private readonly objective: CurvedObjective,
    readonly x: Float64Array,
  ) {
    const n = x.length;
    this.trial = new Float64Array(n);
    this.gradient = new Float64Array(n);
    this.hessian = new Float64Array(n * n);
    this.value = objective.evaluateCurved(x, this.gradient, this.hessian);
    this.sizes[1] = largestElement(this.gradient);
  }

  gradientNorm(): number {
    return largestElement(this.gradient);
  }

  /**
   * Whether no second derivatives will be needed after this step: near the minimum the gradient
   * shrinks at least by the square of the last step's factor.
   */
  private isLast(iteration: number, { tol, maxIter }: SolverLimits): boolean {
    const [before, now] = this.sizes;
    const factor = now / before;
    return iteration + 1 === maxIter || (before > 0 && factor < 1 && now * factor * factor <= tol);
  }

  step(limits: SolverLimits, iteration: number): boolean {
    const isLast = this.isLast(iteration, limits);
    const { x, trial, gradient, hessian, objective } = this;
    if (!this.hasHessian) {
      this.value = objective.evaluateCurved(x, gradient, hessian);
      this.evaluations++;
      this.hasHessian = true;
    }
    const direction = gradient.map((g) => -g);
    factorScaled(hessian, x.length).solve(direction);
    const derivative = dot(direction, gradient);
    if (!(derivative < 0)) return false;
    let step = 1;
    for (let halvings = 0; halvings < MOST_HALVINGS; halvings++, step /= 2) {
      trial.set(x);
      addScaled(trial, step, direction);
      // A full step is nearly always taken, and the next one needs the derivatives there.
      this.hasHessian = step === 1 && !isLast;
      const next = this.hasHessian
        ? objective.evaluateCurved(trial, gradient, hessian)
        : objective.evaluate(trial, gradient);
      this.evaluations++;
      if (next <= this.value + C1 * step * derivative + NOISE * Math.abs(this.value)) {
        const stuck = trial.every((v, i) => v === x[i]);
        this.value = next;
        x.set(trial);
        this.sizes = [this.sizes[1], largestElement(gradient)];
        return !stuck;
      }
    }
    this.value = objective.evaluate(x, gradient);
    return false;
  }
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
  return takeSteps(new Newton(objective, start.slice()), limits);
}
