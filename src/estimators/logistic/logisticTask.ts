import type { BindableProgram } from '../../kernels/contract.js';
import type { RankTask } from '../../parallel/rankTask.js';

/** The solver that finds the coefficients of a logistic regression. */
export type LogisticSolver = 'lbfgs' | 'newton' | 'proximal';

/**
 * What one rank of a logistic regression needs: a program over chunks of rows, and the position of
 * the sums of row groups. Its tables are samples, labels and weights.
 */
export interface LogisticTask extends RankTask {
  kind: 'logistic';
  program: BindableProgram;
  layout: LogisticLayout;
  solver: LogisticSolver;
  tol: number;
  maxIter: number;
  /** Sum of the weights, by which the loss is divided. */
  totalWeight: number;
  /** Penalties of the mean loss: l1·Σ|w| + l2/2·Σw² over the coefficients without intercepts. */
  l1: number;
  l2: number;
  fitIntercept: boolean;
}

/** Byte offsets in the arena; all arrays are float64. */
export interface LogisticLayout {
  outputs: number;
  features: number;
  rows: number;
  /** Rows per run of the program, and per group; each group's sums have their own memory. */
  chunkRows: number;
  groupRows: number;
  groups: number;
  registers: number;
  /**
   * Coefficients (outputs × features), then intercepts: the point where the loss is evaluated, and
   * at the end the result.
   */
  point: number;
  /** This rank's sums over the current group: gradient in the order of `point`, then the loss. */
  sums: number;
  /** groups × (gradient, loss). */
  partials: number;
  /** The sums of all groups. */
  totals: number;
  /** For `newton`, the same for second derivatives: `blocks` matrices of (features + 1)². */
  curvature: { blocks: number; sums: number; partials: number; totals: number } | undefined;
  /** The request of rank 0 to the others: one int32. */
  command: number;
  /** Where rank 0 writes {@link LOGISTIC_OUTCOME}. */
  outcome: number;
}

/** Number of elements of the outcome. */
export const LOGISTIC_OUTCOME = {
  status: 0,
  iterations: 1,
  evaluations: 2,
  value: 3,
  gradientNorm: 4,
} as const;
export const LOGISTIC_OUTCOME_COUNT = 5;

/** The result of a logistic regression. */
export const LOGISTIC_STATUS = { converged: 0, precision: 1, maxIter: 2, stopped: 3, notFinite: 4 } as const;
