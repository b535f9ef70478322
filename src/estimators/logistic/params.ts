import { checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Workers } from '../../parallel/workers.js';
import { type ClassWeight, classWeightParam } from '../base/classWeights.js';
import { type ParamSpecs, param } from '../base/params.js';
import { workersParam } from '../base/workersParam.js';
import { chooseSmoothSolver, chooseSparseSolver } from '../glm/choices.js';
import type { GlmSolver, Penalty } from '../glm/task.js';

export const PENALTIES = ['l2', 'l1', 'elasticnet', 'none'] as const;
export type PenaltyName = (typeof PENALTIES)[number];
const EXACT_SOLVERS = ['auto', 'lbfgs', 'newton', 'newtonCg', 'coordinate', 'proximal'] as const;
const SOLVERS = [...EXACT_SOLVERS, 'gd', 'sgd'] as const;

/** Hyperparameters that every logistic regression has. */
export interface CommonLogisticParams {
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /**
   * Converged when no element of the gradient of the mean penalised loss is larger. Default 1e-4.
   */
  tol: number;
  /** Default 100. */
  maxIter: number;
  classWeight: ClassWeight | undefined;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

/**
 * Hyperparameters, with scikit-learn's meanings; `penalty` and `l1Ratio` as before its version 1.8.
 */
export interface LogisticRegressionParams extends CommonLogisticParams {
  /** Inverse strength of the penalty, above 0; smaller means a stronger penalty. Default 1. */
  C: number;
  /** Default `'l2'`. */
  penalty: PenaltyName;
  /** For `'elasticnet'`: the fraction of L1, from 0 to 1. Default 0.5. */
  l1Ratio: number;
  /**
   * - `'newton'`: second derivatives and their Cholesky factor; for few columns times classes, and
   *   L2 or no penalty.
   * - `'newtonCg'`: Newton steps by preconditioned conjugate gradients in a trust region, for L2 or
   *   no penalty.
   * - `'lbfgs'`: quasi-Newton, for L2 or no penalty.
   * - `'coordinate'`: coordinate descent on the second derivatives, for every penalty; for few
   *   columns times classes.
   * - `'proximal'`: accelerated proximal gradient, for every penalty.
   * - `'gd'`, `'sgd'`: gradient descent on all rows at once, or on mini-batches, with the step
   *   programs of networks, in float32. `maxIter` counts epochs; training ends when the loss has
   *   not fallen by more than `tol` for five epochs.
   * - `'auto'` (default): without L1, `'newton'` for few coefficients and `'newtonCg'` for more;
   *   with L1, `'coordinate'` for at most 2000 coefficients and `'proximal'` for more.
   */
  solver: (typeof SOLVERS)[number];
  /** For `'gd'` and `'sgd'`. Default 0.1. */
  learningRate: number;
  /** Rows per mini-batch of `'sgd'`. Default 32. */
  batchSize: number;
  /** Seed of the row order of `'sgd'`. Default 0. */
  seed: number;
  /** Starts the next fit from the coefficients of the last. Default false. */
  warmStart: boolean;
}

/** A fraction of L1, from 0 to 1. */
export function checkL1Ratio(name: string, value: unknown): number {
  return checkNumber(name, value, 'a number from 0 (L2 alone) to 1 (L1 alone)', (v) => v >= 0 && v <= 1);
}

export const COMMON_SPECS: ParamSpecs<CommonLogisticParams> = {
  fitIntercept: param.boolean(true),
  tol: param.positive(1e-4),
  maxIter: param.integer(100),
  classWeight: classWeightParam,
  workers: workersParam,
};

export const LOGISTIC_SPECS: ParamSpecs<LogisticRegressionParams> = {
  C: param.positive(1),
  penalty: param.oneOf('l2', PENALTIES),
  l1Ratio: param.custom(0.5, checkL1Ratio),
  fitIntercept: COMMON_SPECS.fitIntercept,
  solver: param.oneOf('auto', SOLVERS),
  tol: COMMON_SPECS.tol,
  maxIter: COMMON_SPECS.maxIter,
  classWeight: classWeightParam,
  learningRate: param.positive(0.1),
  batchSize: param.integer(32),
  seed: param.integer(0, 0),
  warmStart: param.boolean(false),
  workers: workersParam,
};

/** The solvers that a path of penalties may use. */
export const exactSolverParam = param.oneOf('auto', EXACT_SOLVERS);
export type ExactSolver = (typeof EXACT_SOLVERS)[number];

/** The fraction of L1 in a penalty. */
export const l1Share = (penalty: PenaltyName, l1Ratio: number): number =>
  penalty === 'l1' ? 1 : penalty === 'elasticnet' ? l1Ratio : 0;

/** Penalties of the mean loss; `C` = Infinity for none. */
export function penaltyOf(C: number, share: number, totalWeight: number): Penalty {
  const strength = 1 / (C * totalWeight);
  return { l1: strength * share, l2: strength * (1 - share) };
}

/**
 * The solver for a problem of this size.
 * @param penalty its name, for messages
 * @throws SteepestError `ERR_ARGUMENT` for a solver that does not support the penalty or the size
 */
export function chooseSolver(
  solver: ExactSolver,
  { outputs, cols, hasL1, penalty }: { outputs: number; cols: number; hasL1: boolean; penalty: string },
): GlmSolver {
  if (!hasL1) return chooseSmoothSolver(solver, outputs, cols);
  if (solver === 'lbfgs' || solver === 'newton' || solver === 'newtonCg') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `solver 'coordinate', 'proximal', 'gd', 'sgd' or 'auto' for ${penalty}, which has a corner at 0`,
      given: `'${solver}'`,
      hint: "Leave solver out, or use penalty 'l2'.",
    });
  }
  return chooseSparseSolver(solver, outputs, cols);
}
