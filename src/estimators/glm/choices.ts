/** Choices that all generalised linear models share. */
import { SteepestError } from '../../core/errors.js';
import type { GlmSolver } from './task.js';

/**
 * Parameters beyond which a fit does not keep their second derivatives, which have their square.
 */
export const MOST_INFERRED = 500;
/** Maximum number of variables of solvers that store their square. */
const MOST_SQUARED_VARIABLES = 2000;
/**
 * `'auto'` takes Newton's method up to so many variables, whose Cholesky factor one thread
 * computes, and up to so many products of rows: with k outputs and p columns, second derivatives
 * take about (k + 1)·p / 8 times the operations of a gradient.
 */
const MOST_NEWTON_VARIABLES = 500;
const MOST_NEWTON_WORK = 600;

/** The solver for a loss with at most an L2 penalty. @throws SteepestError `ERR_ARGUMENT` */
export function chooseSmoothSolver(solver: GlmSolver | 'auto', outputs: number, cols: number): GlmSolver {
  const variables = outputs * (cols + 1);
  if (solver !== 'auto') {
    checkSquared(solver, variables);
    return solver;
  }
  const isSmall = variables <= MOST_NEWTON_VARIABLES && (outputs + 1) * (cols + 1) <= MOST_NEWTON_WORK;
  return isSmall ? 'newton' : 'newtonCg';
}

/** The solver for an L1 penalty. @throws SteepestError `ERR_ARGUMENT` */
export function chooseSparseSolver(solver: GlmSolver | 'auto', outputs: number, cols: number): GlmSolver {
  const variables = outputs * (cols + 1);
  if (solver === 'auto') return variables <= MOST_SQUARED_VARIABLES ? 'coordinate' : 'proximal';
  checkSquared(solver, variables);
  return solver;
}

function checkSquared(solver: GlmSolver, variables: number): void {
  if ((solver !== 'newton' && solver !== 'coordinate') || variables <= MOST_SQUARED_VARIABLES) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `at most ${MOST_SQUARED_VARIABLES} coefficients for solver '${solver}', which stores their square`,
    given: `${variables}`,
    hint: `Use solver '${solver === 'newton' ? 'newtonCg' : 'proximal'}'.`,
  });
}

/**
 * Why a fit has nothing to infer from.
 * @param without how to ask for a fit without a penalty
 */
export function noInference(
  why: 'penalty' | 'solver' | 'size',
  what: string,
  without: string,
): SteepestError {
  const [expected, given, hint] = {
    penalty: [
      `a fit without a penalty for ${what}`,
      'one with a penalty, whose estimates are shrunk towards 0',
      `Fit with ${without}.`,
    ],
    solver: [`an exact solver for ${what}`, "a fit by 'gd' or 'sgd'", 'Leave solver out.'],
    size: [
      `at most ${MOST_INFERRED} coefficients for ${what}`,
      'a fit with more',
      'Leave out columns, such as those that a fit with an L1 penalty sets to 0.',
    ],
  }[why] as [string, string, string];
  return new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/** Warns that a fit stopped early. */
export function warnNotConverged(
  what: string,
  tol: number,
  { iterations, gradientNorm }: { iterations: number; gradientNorm: number | undefined },
): void {
  const why =
    gradientNorm === undefined
      ? 'epochs while its loss still fell'
      : `iterations with a gradient of ${gradientNorm.toExponential(1)}, above tol ${tol}`;
  process.emitWarning(
    `${what} stopped after ${iterations} ${why}. ` +
      `Scale the columns with StandardScaler, or raise maxIter or tol.`,
    { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
  );
}
