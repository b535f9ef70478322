import {
  addScaled,
  dot,
  largestElement,
  type Objective,
  type Solution,
  type SolverLimits,
} from './objective.js';
import { type Steps, takeSteps } from './steps.js';

/** A function whose second derivatives are known as products with vectors. */
export interface ProductObjective extends Objective {
  /** Writes ∇²f(x)·v to `out`, for the x of the last `evaluate`. */
  product(v: Float64Array, out: Float64Array): void;
  /**
   * The same, estimated at less cost: good enough for steps far from the minimum. The estimate is
   * symmetric and positive semidefinite, and does not change until the next `evaluate`.
   */
  roughProduct?(v: Float64Array, out: Float64Array): void;
  /**
   * An approximate inverse of ∇²f(x), symmetric and positive definite, for the x of the last
   * `evaluate`: it replaces b by its product with it. Undefined if there is none.
   */
  preconditioner(): ((b: Float64Array) => void) | undefined;
}

/**
 * Conjugate gradients end when the residual is this fraction of the gradient, or √ of it if less.
 */
const FORCING = 0.1;
/** A residual whose elements are all below this fraction of `tol` needs no more work. */
const ENOUGH = 0.1;
const MOST_INNER = 250;
/** Accepted steps lower the value by this fraction of what the quadratic model promises. */
const ACCEPTED = 1e-4;
/** Below this fraction the region shrinks; above the other one it grows. */
const POOR = 0.25;
const GOOD = 0.75;
/** Curvature that is twice the right one promises two thirds of what a step gains. */
const TOO_GOOD = 1.5;
const SHRINK = 0.25;
const GROWTH = 4;
const NOISE = 8 * Number.EPSILON;
const MOST_REJECTIONS = 40;
/**
 * Products are rough until what conjugate gradients promise at first has fallen to this fraction of
 * what it was at the start.
 */
const ROUGH = 1e-5;
/**
 * Iterations at which the preconditioner is computed: the first steps change the curvature most.
 */
const isRefreshed = (iteration: number): boolean => iteration === 0 || iteration % 5 === 2;

type Apply = (b: Float64Array) => void;

/** A step, how the model changes along it, and its length in the preconditioner's norm. */
interface Step {
  step: Float64Array;
  change: number;
  length: number;
  isAtBorder: boolean;
  isRough: boolean;
}

/** The state of a run. */
class TrustRegion implements Steps {
  private gradient: Float64Array;
  private trialGradient: Float64Array;
  private readonly curved: Float64Array;
  value: number;
  evaluations = 1;
  private radius = Number.POSITIVE_INFINITY;
  private precondition: Apply = () => {};
  private firstDescent = 0;
  /** Each rough step has gained about what it promised. */
  private trustsRough = true;

  constructor(
    private readonly objective: ProductObjective,
    readonly x: Float64Array,
  ) {
    this.gradient = new Float64Array(x.length);
    this.trialGradient = new Float64Array(x.length);
    this.curved = new Float64Array(x.length);
    this.value = objective.evaluate(x, this.gradient);
  }

  gradientNorm(): number {
    return largestElement(this.gradient);
  }

  step({ tol }: SolverLimits, iteration: number): boolean {
    if (isRefreshed(iteration)) {
      this.precondition = this.objective.preconditioner() ?? (() => {});
      // Lengths are in another norm from now on.
      this.radius = Number.POSITIVE_INFINITY;
    }
    return this.move(tol);
  }

  /** @returns false if no step lowers the value beyond rounding */
  private move(tol: number): boolean {
    const { x, objective } = this;
    const trial = new Float64Array(x.length);
    for (let rejections = 0; rejections < MOST_REJECTIONS; rejections++) {
      const { step, change, length, isAtBorder, isRough } = this.conjugateGradients(tol);
      if (!(change < 0)) {
        if (!isRough) return false;
        // The estimate may be flat where the function is not.
        this.trustsRough = false;
        continue;
      }
      trial.set(x);
      addScaled(trial, 1, step);
      if (trial.every((v, i) => v === x[i])) return false;
      const next = objective.evaluate(trial, this.trialGradient);
      this.evaluations++;
      const gain = this.value - next;
      const noise = NOISE * Math.abs(this.value);
      const ratio = (gain + noise) / (noise - change);
      if (isRough && !(ratio >= POOR && ratio <= TOO_GOOD)) this.trustsRough = false;
      else if (!(ratio >= POOR)) this.radius = SHRINK * length;
      else if (ratio > GOOD && isAtBorder) this.radius *= GROWTH;
      if (ratio >= ACCEPTED) {
        x.set(trial);
        this.value = next;
        [this.gradient, this.trialGradient] = [this.trialGradient, this.gradient];
        return true;
      }
      // Products are those of the last point evaluated.
      this.value = objective.evaluate(x, this.gradient);
      this.evaluations++;
    }
    return false;
  }

  /**
   * Approximately minimises g·s + ½·sᵀ·H·s inside the region. (Steihaug 1983; Nocedal & Wright,
   * "Numerical Optimization", algorithm 7.2, with the preconditioner's norm as in Conn, Gould &
   * Toint, "Trust-Region Methods", §7.5.1)
   */
  private conjugateGradients(tol: number): Step {
    const { gradient, curved, objective, radius } = this;
    const n = gradient.length;
    const step = new Float64Array(n);
    const residual = gradient.map((g) => -g);
    const z = residual.slice();
    this.precondition(z);
    const direction = z.slice();
    // The model's derivative along z, with the sign reversed.
    let descent = dot(residual, z);
    if (this.firstDescent === 0) this.firstDescent = descent;
    const rest = descent / this.firstDescent;
    const isRough = this.trustsRough && rest > ROUGH && objective.roughProduct !== undefined;
    const forcing = Math.min(FORCING, rest ** 0.25);
    const enough = descent * forcing * forcing;
    // In the preconditioner's norm: ‖s‖², s·d, ‖d‖².
    let [stepSquare, inner, square] = [0, 0, descent];
    let change = 0;
    for (let i = 0; i < MOST_INNER && descent > 0; i++) {
      if (isRough) objective.roughProduct!(direction, curved);
      else objective.product(direction, curved);
      const bend = dot(direction, curved);
      const full = bend > 0 ? descent / bend : Number.POSITIVE_INFINITY;
      const toBorder = borderStep(stepSquare, inner, square, radius);
      const isAtBorder = !(full < toBorder);
      const length = isAtBorder ? toBorder : full;
      // A flat direction without a border: no curvature that conjugate gradients could follow.
      if (!Number.isFinite(length)) break;
      addScaled(step, length, direction);
      change += length * (0.5 * length * bend - descent);
      stepSquare += length * (2 * inner + length * square);
      addScaled(residual, -length, curved);
      if (isAtBorder) return { step, change, length: radius, isAtBorder, isRough };
      z.set(residual);
      this.precondition(z);
      const next = dot(residual, z);
      if (!(next > enough) || largestElement(residual) <= ENOUGH * tol) break;
      const factor = next / descent;
      for (let j = 0; j < n; j++) direction[j] = z[j]! + factor * direction[j]!;
      inner = factor * (inner + length * square);
      square = next + factor * factor * square;
      descent = next;
    }
    return { step, change, length: Math.sqrt(stepSquare), isAtBorder: false, isRough };
  }
}

/** The t ≥ 0 with ‖s + t·d‖ = radius. */
function borderStep(stepSquare: number, inner: number, square: number, radius: number): number {
  if (radius === Number.POSITIVE_INFINITY) return radius;
  const rest = Math.max(radius * radius - stepSquare, 0);
  const root = Math.sqrt(inner * inner + square * rest);
  // Of the two forms, the one in which nothing cancels.
  return inner > 0 ? rest / (inner + root) : (root - inner) / square;
}

/**
 * Minimises a convex function by Newton steps that conjugate gradients find within a trust region.
 * (Nocedal & Wright, "Numerical Optimization", algorithms 4.1 and 7.2; for logistic regression:
 * Lin, Weng & Keerthi 2008)
 * @param start initial point; not modified
 */
export function minimizeTrustRegion(
  objective: ProductObjective,
  start: Float64Array,
  limits: SolverLimits,
): Solution {
  return takeSteps(new TrustRegion(objective, start.slice()), limits);
}
