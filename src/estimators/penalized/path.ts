import {
  type DescentEnd,
  type DescentLimits,
  descend,
  type Penalty,
  type Quadratic,
} from './coordinateDescent.js';

/** Penalties of a path: `alpha`·(`l1Ratio`·‖w‖₁ + ½·(1 − `l1Ratio`)·‖w‖²). */
export interface PathShape {
  l1Ratio: number;
  positive: boolean;
}

/** The penalty for one alpha. */
export const penaltyOf = (alpha: number, { l1Ratio, positive }: PathShape): Penalty => ({
  l1: alpha * l1Ratio,
  l2: alpha * (1 - l1Ratio),
  positive,
});

/** How a path of alphas is chosen where it is not given. */
export interface GridShape extends PathShape {
  /** The number of alphas, or the alphas themselves. */
  alphas: number | readonly number[];
  /** The smallest alpha as a fraction of the largest. */
  eps: number;
}

/** The least alpha of a target that no column explains: NumPy's resolution of float64. */
const LEAST_ALPHA = 1e-15;

/**
 * Alphas from the smallest that leaves all coefficients at 0 down to `eps` times that, evenly
 * spaced in their logarithm; those that were given, largest first.
 * @param q Xᵀy / n
 */
export function alphaGrid(q: Float64Array, { alphas, eps, l1Ratio, positive }: GridShape): Float64Array {
  if (typeof alphas !== 'number') return Float64Array.from(alphas).sort().reverse();
  let largest = 0;
  for (const value of q) largest = Math.max(largest, positive ? value : Math.abs(value));
  const most = largest / l1Ratio;
  if (!(most > LEAST_ALPHA)) return new Float64Array(alphas).fill(LEAST_ALPHA);
  const grid = Float64Array.from(
    { length: alphas },
    (_, i) => most * 10 ** ((Math.log10(eps) * i) / Math.max(1, alphas - 1)),
  );
  grid[0] = most;
  if (alphas > 1) grid[alphas - 1] = most * eps;
  return grid;
}

/** Coefficients for every alpha of a path. */
export interface Path {
  /** alphas × columns. */
  coef: Float64Array;
  ends: DescentEnd[];
}

/** Minimises for each alpha in turn, each starting at the coefficients of the one before. */
export async function pathOf(
  problem: Quadratic,
  alphas: Float64Array,
  shape: PathShape,
  limits: DescentLimits,
): Promise<Path> {
  const { size } = problem;
  const coef = new Float64Array(alphas.length * size);
  const ends: DescentEnd[] = [];
  const w = new Float64Array(size);
  for (const [i, alpha] of alphas.entries()) {
    ends.push(await descend(problem, penaltyOf(alpha, shape), w, limits, i > 0));
    coef.set(w, i * size);
  }
  return { coef, ends };
}

/** Warns if some of these descents have reached `maxIter`. */
export function warnUnlessConverged(owner: string, ends: readonly DescentEnd[]): void {
  const open = ends.filter(({ converged }) => !converged).length;
  if (open === 0) return;
  const which = ends.length === 1 ? 'the descent' : `${open} of ${ends.length} descents`;
  process.emitWarning(
    `${owner}: ${which} had not converged at maxIter: raise maxIter or tol, or scale the columns.`,
    { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
  );
}
