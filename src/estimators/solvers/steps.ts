import type { Solution, SolverLimits } from './objective.js';

/** The state of a solver that goes from point to point. */
export interface Steps {
  readonly x: Float64Array;
  /** At x. */
  readonly value: number;
  readonly evaluations: number;
  /** The largest element of the gradient at x; with an L1 penalty, of the smallest subgradient. */
  gradientNorm(): number;
  /**
   * Moves x.
   * @param gradientNorm at x
   * @returns false if no step lowers the value beyond rounding
   */
  step(limits: SolverLimits, iteration: number, gradientNorm: number): boolean;
}

/**
 * Consecutive steps that do not change the value: the rest is below float64's precision. Along a
 * flat direction Newton's method would otherwise go on for ever.
 */
const MOST_IDLE_STEPS = 3;

/** Steps until the solver has converged or cannot go on. */
export function takeSteps(state: Steps, limits: SolverLimits): Solution {
  let idle = 0;
  for (let iterations = 0; ; iterations++) {
    const end = (status: Solution['status'], steps = iterations): Solution => {
      const { x, value, evaluations } = state;
      return { x, value, iterations: steps, evaluations, gradientNorm: state.gradientNorm(), status };
    };
    const size = state.gradientNorm();
    if (!(size > limits.tol)) return end('converged');
    if (idle === MOST_IDLE_STEPS) return end('precision');
    if (iterations === limits.maxIter) return end('maxIter');
    const before = state.value;
    if (!state.step(limits, iterations, size)) return end('precision');
    idle = state.value < before ? 0 : idle + 1;
    limits.onStep?.(state.value);
    if (isSmall(before, state.value, limits.leastDecrease)) return end('converged', iterations + 1);
    if (state.evaluations > (limits.maxEvaluations ?? Number.POSITIVE_INFINITY)) {
      return end('maxIter', iterations + 1);
    }
  }
}

/** Whether a step has lowered the value too little to go on. */
function isSmall(before: number, after: number, least: number | undefined): boolean {
  if (least === undefined) return false;
  return before - after <= least * Math.max(Math.abs(before), Math.abs(after), 1);
}
