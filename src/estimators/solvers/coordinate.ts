import { factorScaled } from './cholesky.js';
import type { CurvedObjective } from './newton.js';
import { addScaled, dot, type Solution, type SolverLimits } from './objective.js';
import { type L1Penalty, penaltyAt, shrink, subgradient } from './proximal.js';
import { type Steps, takeSteps } from './steps.js';

/** Sufficient decrease of the penalised value. */
const C1 = 0.01;
const MOST_HALVINGS = 40;
const NOISE = 8 * Number.EPSILON;
/** The quadratic model is solved to this fraction of the subgradient at its start. */
const INNER_FRACTION = 0.01;
/** No finer than this fraction of `tol`. */
const INNER_TOL = 0.1;
/** Sweeps over the coordinates of one quadratic model. */
const MOST_SWEEPS = 1000;

/** The state of a run. */
class ProximalNewton implements Steps {
  private readonly n: number;
  private gradient: Float64Array;
  private trialGradient: Float64Array;
  private hessian: Float64Array;
  private trialHessian: Float64Array;
  value: number;
  evaluations = 1;

  constructor(
    private readonly objective: CurvedObjective,
    private readonly penalty: L1Penalty,
    readonly x: Float64Array,
  ) {
    this.n = x.length;
    this.gradient = new Float64Array(this.n);
    this.trialGradient = new Float64Array(this.n);
    this.hessian = new Float64Array(this.n * this.n);
    this.trialHessian = new Float64Array(this.n * this.n);
    this.value = objective.evaluateCurved(x, this.gradient, this.hessian) + penaltyAt(x, penalty);
  }

  gradientNorm(): number {
    return subgradient(this.x, this.gradient, this.penalty);
  }

  step({ tol }: SolverLimits, _: number, gradientNorm: number): boolean {
    const { x, objective, gradient, penalty } = this;
    const innerTol = Math.max(INNER_FRACTION * gradientNorm, INNER_TOL * tol);
    const target = minimizeModel(x, gradient, this.hessian, penalty, innerTol);
    const direction = target.map((v, i) => v - x[i]!);
    const derivative = dot(gradient, direction) + penaltyAt(target, penalty) - penaltyAt(x, penalty);
    if (!(derivative < 0)) return false;
    const trial = new Float64Array(this.n);
    let step = 1;
    for (let halvings = 0; halvings < MOST_HALVINGS; halvings++, step /= 2) {
      // At full length exactly the target, whose zeros are zeros.
      trial.set(step === 1 ? target : x);
      if (step !== 1) addScaled(trial, step, direction);
      const next =
        objective.evaluateCurved(trial, this.trialGradient, this.trialHessian) + penaltyAt(trial, penalty);
      this.evaluations++;
      if (next <= this.value + C1 * step * derivative + NOISE * Math.abs(this.value)) {
        const stuck = trial.every((v, i) => v === x[i]);
        this.value = next;
        x.set(trial);
        [this.gradient, this.trialGradient] = [this.trialGradient, this.gradient];
        [this.hessian, this.trialHessian] = [this.trialHessian, this.hessian];
        return !stuck;
      }
    }
    return false;
  }
}

/**
 * The minimum of g·(y − x) + ½·(y − x)ᵀ·H·(y − x) + λ₁·Σ|y_i|. The variables without a penalty,
 * which are the last ones, are eliminated: whatever the others are, a Cholesky factor gives them.
 * Columns with large means would otherwise take many sweeps.
 */
function minimizeModel(
  x: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
  { strength, penalized }: L1Penalty,
  tol: number,
): Float64Array {
  const n = x.length;
  const free = n - penalized;
  const corner = new Float64Array(free * free);
  for (let i = 0; i < free; i++) {
    const from = (penalized + i) * n + penalized;
    corner.set(hessian.subarray(from, from + free), i * free);
  }
  const factor = factorScaled(corner, free);
  // Row j: the change of the free variables for a change of variable j, with the sign reversed.
  const follows = new Float64Array(penalized * free);
  for (let j = 0; j < penalized; j++) {
    const row = follows.subarray(j * free, (j + 1) * free);
    row.set(hessian.subarray(j * n + penalized, (j + 1) * n));
    factor.solve(row);
  }
  const rest = gradient.slice(penalized);
  factor.solve(rest);
  const reduced = gradient.slice(0, penalized);
  const curvature = new Float64Array(penalized * penalized);
  for (let i = 0; i < penalized; i++) {
    const beside = hessian.subarray(i * n + penalized, (i + 1) * n);
    reduced[i] = reduced[i]! - dot(beside, rest);
    for (let j = 0; j < penalized; j++) {
      let value = hessian[i * n + j]!;
      for (let k = 0; k < free; k++) value -= beside[k]! * follows[j * free + k]!;
      curvature[i * penalized + j] = value;
    }
  }
  const y = x.slice();
  descend(y, reduced, curvature, penalized, strength, tol);
  for (let k = 0; k < free; k++) {
    let change = -rest[k]!;
    for (let j = 0; j < penalized; j++) change -= follows[j * free + k]! * (y[j]! - x[j]!);
    y[penalized + k] = x[penalized + k]! + change;
  }
  return y;
}

/**
 * Coordinate descent: minimises over one variable after another; those that are 0 and stay there
 * rest until the others have converged. (Friedman, Hastie & Tibshirani 2010, §2 and §2.6)
 * @param gradient of the quadratic part at y; kept up to date
 */
function descend(
  y: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
  n: number,
  strength: number,
  tol: number,
): void {
  const penalty = { strength, penalized: n };
  const sweep = (all: boolean): void => {
    for (let j = 0; j < n; j++) {
      if (!all && y[j] === 0) continue;
      const bend = curvature[j * (n + 1)]!;
      // A constant column, whose coefficient the intercept makes up for.
      const next = bend > 0 ? shrink(y[j]! - gradient[j]! / bend, strength / bend) : y[j]!;
      const change = next - y[j]!;
      if (change === 0) continue;
      y[j] = next;
      const row = j * n;
      for (let i = 0; i < n; i++) gradient[i] = gradient[i]! + change * curvature[row + i]!;
    }
  };
  const isActive = (_: number, j: number): boolean => y[j] !== 0;
  for (let i = 0; i < MOST_SWEEPS; ) {
    sweep(true);
    i++;
    if (!(subgradient(y, gradient, penalty) > tol)) return;
    for (; i < MOST_SWEEPS; i++) {
      sweep(false);
      const active = Float64Array.from(y.subarray(0, n)).filter(isActive);
      if (!(subgradient(active, gradient.filter(isActive), penalty) > tol)) break;
    }
  }
}

/**
 * Minimises a convex function plus an L1 penalty: coordinate descent on the quadratic model of each
 * Newton step, then a backtracking line search. (Yuan, Ho & Lin 2012, newGLMNET; Lee, Sun &
 * Saunders 2014)
 * @param start initial point; not modified
 */
export function minimizeCoordinate(
  objective: CurvedObjective,
  penalty: L1Penalty,
  start: Float64Array,
  limits: SolverLimits,
): Solution {
  return takeSteps(new ProximalNewton(objective, penalty, start.slice()), limits);
}
