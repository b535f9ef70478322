import { addScaled, dot, type Objective, type Solution, type SolverLimits } from './objective.js';

/** λ₁·Σ|x_i| over the first `penalized` variables. */
export interface L1Penalty {
  strength: number;
  penalized: number;
}

/** The step is halved, that is the curvature estimate doubled, until the quadratic bound holds. */
const BACKTRACK = 2;
/** Each iteration first tries a slightly longer step. */
const RELAX = 0.9;
const MOST_BACKTRACKS = 60;
/** Rounding errors of the values that the bound compares. */
const NOISE = 16 * Number.EPSILON;

export const shrink = (value: number, by: number): number =>
  value > by ? value - by : value < -by ? value + by : 0;

/** The penalty at x. */
export function penaltyAt(x: Float64Array, { strength, penalized }: L1Penalty): number {
  let sum = 0;
  for (let i = 0; i < penalized; i++) sum += Math.abs(x[i]!);
  return strength * sum;
}

/** The largest element of the smallest subgradient at `x`, where the smooth part has `gradient`. */
export function subgradient(
  x: Float64Array,
  gradient: Float64Array,
  { strength, penalized }: L1Penalty,
): number {
  let most = 0;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]!;
    const l1 = i < penalized ? strength : 0;
    const v = x[i]!;
    const size = v > 0 ? Math.abs(g + l1) : v < 0 ? Math.abs(g - l1) : Math.max(Math.abs(g) - l1, 0);
    if (!(size <= most)) most = size;
  }
  return most;
}

/** The state of a run. */
class Fista {
  private x: Float64Array;
  /** The extrapolated point, its value and its gradient. */
  private y: Float64Array;
  private readonly gradient: Float64Array;
  private readonly scratch: Float64Array;
  private curvature = 1;
  private momentum = 1;
  private evaluations = 0;

  constructor(
    private readonly objective: Objective,
    private readonly penalty: L1Penalty,
    start: Float64Array,
  ) {
    this.x = start.slice();
    this.y = start.slice();
    this.gradient = new Float64Array(start.length);
    this.scratch = new Float64Array(start.length);
  }

  run({ tol, maxIter }: SolverLimits): Solution {
    for (let iteration = 0; ; iteration++) {
      const { next, value, stationarity } = this.proximalStep();
      const atLimit = iteration === maxIter;
      if (!(stationarity > tol) || atLimit) {
        return {
          x: next,
          value: value + penaltyAt(next, this.penalty),
          iterations: iteration,
          evaluations: this.evaluations,
          gradientNorm: stationarity,
          status: stationarity > tol ? 'maxIter' : 'converged',
        };
      }
      this.extrapolate(next);
    }
  }

  /** A gradient step from y followed by shrinkage, as long as the quadratic bound allows. */
  private proximalStep(): { next: Float64Array; value: number; stationarity: number } {
    const { y, gradient, scratch, objective } = this;
    const base = this.evaluate(y, gradient);
    this.curvature *= RELAX;
    for (let tries = 0; ; tries++) {
      const next = this.shrunk();
      const move = next.map((v, i) => v - y[i]!);
      const value = this.evaluate(next, scratch);
      const bound = base + dot(gradient, move) + (this.curvature / 2) * dot(move, move);
      if (value <= bound + NOISE * Math.abs(base) || tries === MOST_BACKTRACKS || objective.size === 0) {
        return { next, value, stationarity: subgradient(next, scratch, this.penalty) };
      }
      this.curvature *= BACKTRACK;
    }
  }

  private evaluate(x: Float64Array, gradient: Float64Array): number {
    this.evaluations++;
    return this.objective.evaluate(x, gradient);
  }

  private shrunk(): Float64Array {
    const { y, gradient, curvature } = this;
    const { strength, penalized } = this.penalty;
    return y.map((v, i) => {
      const moved = v - gradient[i]! / curvature;
      return i < penalized ? shrink(moved, strength / curvature) : moved;
    });
  }

  /** Momentum, reset if it points uphill. (O'Donoghue & Candès 2015, gradient scheme) */
  private extrapolate(next: Float64Array): void {
    const { x, y } = this;
    let uphill = 0;
    for (let i = 0; i < x.length; i++) uphill += (y[i]! - next[i]!) * (next[i]! - x[i]!);
    const momentum = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * this.momentum * this.momentum)) / 2;
    const factor = uphill > 0 ? 0 : (this.momentum - 1) / momentum;
    const step = next.map((v, i) => v - x[i]!);
    this.y = next.slice();
    addScaled(this.y, factor, step);
    this.x = next;
    this.momentum = momentum;
  }
}

/**
 * Minimises a smooth function plus an L1 penalty by accelerated proximal gradient steps. (Beck &
 * Teboulle 2009, FISTA with backtracking)
 * @param start initial point; not modified
 */
export function minimizeProximal(
  objective: Objective,
  penalty: L1Penalty,
  start: Float64Array,
  limits: SolverLimits,
): Solution {
  return new Fista(objective, penalty, start).run(limits);
}
