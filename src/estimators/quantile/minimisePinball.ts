import type { InParts } from '../../core/inParts.js';
import { chooseBasis } from './basis.js';
import { descendVertices } from './descendVertices.js';
import { interiorPoint } from './interiorPoint.js';
import { alongLines, type PinballProblem } from './pinballProblem.js';

export interface PinballSolution {
  /** Coefficients, with an intercept as the last one. */
  v: Float64Array;
  /** Steps through the interior and from vertex to vertex. */
  iterations: number;
  isOptimal: boolean;
}

/**
 * A vertex of least cost: an interior-point method comes near it in a few steps, whatever the
 * number of rows, and the simplex method ends at it with all digits.
 */
export function* minimisePinball(problem: PinballProblem): InParts<PinballSolution> {
  const { y } = problem;
  const interior = yield* interiorPoint(problem);
  const residuals = new Float64Array(y.length);
  if (interior !== undefined) yield* alongLines(problem, interior.v, residuals);
  for (let i = 0; i < y.length; i++) residuals[i] = y[i]! - residuals[i]!;
  const touch = interior?.touch ?? new Float64Array(y.length);
  const basis = yield* chooseBasis(problem, touch);
  const { v, pivots, isOptimal } = yield* descendVertices(problem, basis, residuals);
  return { v, iterations: (interior?.iterations ?? 0) + pivots, isOptimal };
}
