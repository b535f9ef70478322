import type { BindableProgram } from '../../kernels/contract.js';
import type { RankTask } from '../../parallel/rankTask.js';

/** Which solver finds the coefficients of a logistic regression. */
export type LogisticSolver = 'lbfgs' | 'newton' | 'proximal';

/**
 * What one rank of a logistic regression needs: a program over chunks of rows, and where sums of
 * groups of rows lie. Its tables are samples, labels and weights.
 */
export interface LogisticTask extends RankTask {
  kind: 'logistic';
  program: BindableProgram;
  layout: LogisticLayout;
  solver: LogisticSolver;
  tol: number;
  maxIter: number;
  /** Sum of the weights, that the loss is divided by. */
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
  /** Rows per run of the program, and per group; a group's sums have one place in memory. */
  chunkRows: number;
  groupRows: number;
  groups: number;
  registers: number;
  /**
   * Coefficients (outputs × features), then intercepts:
   * where the loss is asked for, and the result at the end.
   */
  point: number;
  /** This rank's sums over the group at hand: gradient in the order of `point`, then the loss. */
  sums: number;
  /** groups × (gradient, loss). */
  partials: number;
  /** The sums of all groups. */
  totals: number;
  /** For `newton`, the same of second derivatives: `blocks` matrices of (features + 1)². */
  curvature: { blocks: number; sums: number; partials: number; totals: number } | undefined;
  /** What rank 0 asks of the others: one int32. */
  command: number;
  /** Where rank 0 writes {@link LOGISTIC_OUTCOME}. */
  outcome: number;
}

/** Elements of the outcome. */
export const LOGISTIC_OUTCOME = {
  status: 0,
  iterations: 1,
  evaluations: 2,
  value: 3,
  gradientNorm: 4,
} as const;
export const LOGISTIC_OUTCOME_COUNT = 5;

/** How a logistic regression ended. */
export const LOGISTIC_STATUS = { converged: 0, precision: 1, maxIter: 2, stopped: 3, notFinite: 4 } as const;
