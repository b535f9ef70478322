import { type Trial, wolfeStep } from './lineSearch.js';
import {
  addScaled,
  dot,
  largestElement,
  type Objective,
  type Solution,
  type SolverLimits,
} from './objective.js';
import { type Steps, takeSteps } from './steps.js';

/** Pairs of steps and gradient changes kept, as in SciPy and scikit-learn. */
const MEMORY = 10;
/**
 * The first step has no curvature information: if no trial lowers the value, later trials are
 * shorter by this factor. Columns around 10^k need a step around 10^−2k.
 */
const SHORTER = 2 ** -30;
/** The number of such trials from 1 to the smallest number. */
const MOST_SHORTENINGS = 36;

/** A step and the change of the gradient along it. */
interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (changeᵀ·step). */
  rho: number;
}

/** −H·g by the two-loop recursion. (Nocedal & Wright, algorithm 7.4) */
function direction(pairs: readonly Pair[], gradient: Float64Array): Float64Array {
  const d = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, rho } = pairs[i]!;
    alphas[i] = rho * dot(step, d);
    addScaled(d, -alphas[i]!, change);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    for (let i = 0; i < d.length; i++) d[i] = d[i]! * scale;
  }
  pairs.forEach(({ step, change, rho }, i) => {
    addScaled(d, alphas[i]! - rho * dot(change, d), step);
  });
  return d;
}

/** The state of a run. */
class Lbfgs implements Steps {
  private readonly trialPoint: Float64Array;
  private readonly trialGradient: Float64Array;
  private readonly pairs: Pair[] = [];
  private gradient: Float64Array;
  value: number;
  evaluations = 1;
  private hasMoved = false;

  constructor(
    private readonly objective: Objective,
    readonly x: Float64Array,
  ) {
    this.trialPoint = new Float64Array(x.length);
    this.trialGradient = new Float64Array(x.length);
    this.gradient = new Float64Array(x.length);
    this.value = objective.evaluate(x, this.gradient);
  }

  gradientNorm(): number {
    return largestElement(this.gradient);
  }

  step(): boolean {
    if (this.search()) return true;
    // Old curvature may be misleading; without any, float64's precision is exhausted.
    if (this.pairs.length === 0) return false;
    this.pairs.length = 0;
    return this.search();
  }

  /** One line search along the quasi-Newton direction. @returns false if it found no lower value */
  private search(): boolean {
    const { x, gradient, trialPoint, trialGradient, pairs } = this;
    let d = direction(pairs, gradient);
    let derivative = dot(d, gradient);
    if (!(derivative < 0)) {
      pairs.length = 0;
      d = gradient.map((g) => -g);
      derivative = dot(d, gradient);
    }
    let lastStep = 0;
    const at = (step: number): Trial => {
      lastStep = step;
      trialPoint.set(x);
      addScaled(trialPoint, step, d);
      this.evaluations++;
      const value = this.objective.evaluate(trialPoint, trialGradient);
      return { step, value, derivative: dot(d, trialGradient) };
    };
    // Without curvature the first step has length 1 at most.
    let first = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-derivative)) : 1;
    const origin = { step: 0, value: this.value, derivative };
    let accepted = wolfeStep(at, origin, first, this.objective.precision);
    const most = this.hasMoved ? 0 : MOST_SHORTENINGS;
    for (let i = 0; i < most && accepted === undefined && first > 0; i++) {
      first *= SHORTER;
      accepted = wolfeStep(at, origin, first, this.objective.precision);
    }
    if (accepted === undefined) return false;
    // The accepted trial need not be the last one.
    if (lastStep !== accepted.step) at(accepted.step);
    this.accept(accepted.value);
    return true;
  }

  /** Moves to the trial point and records the curvature. */
  private accept(value: number): void {
    const { x, gradient, trialPoint, trialGradient, pairs } = this;
    const step = trialPoint.map((v, i) => v - x[i]!);
    const change = trialGradient.map((v, i) => v - gradient[i]!);
    const curvature = dot(step, change);
    // Relative to both lengths, so that it works for columns of any scale.
    if (curvature > Number.EPSILON * Math.sqrt(dot(step, step)) * Math.sqrt(dot(change, change))) {
      pairs.push({ step, change, rho: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    this.hasMoved = true;
    x.set(trialPoint);
    this.gradient = trialGradient.slice();
    this.value = value;
  }
}

/**
 * Minimises a smooth function by L-BFGS with a strong-Wolfe line search. (Liu & Nocedal 1989;
 * Nocedal & Wright, "Numerical Optimization", algorithm 7.5)
 * @param start initial point; not modified
 */
export function minimizeLbfgs(objective: Objective, start: Float64Array, limits: SolverLimits): Solution {
  return takeSteps(new Lbfgs(objective, start.slice()), limits);
}
