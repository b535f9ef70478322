import type { BindableProgram, LogLinkFamily } from '../../kernels/contract.js';
import type { RankTask } from '../../parallel/rankTask.js';
import type { RowRange } from '../sharded/place.js';

/** The loss: logistic or softmax of classes, or of a family with a logarithmic link. */
export type GlmFamily = 'logistic' | LogLinkFamily;

/**
 * The solver that finds the coefficients: L-BFGS, Newton's method with a Cholesky factor or with
 * conjugate gradients, coordinate descent on the second derivatives, proximal gradients.
 */
export type GlmSolver = 'lbfgs' | 'newton' | 'newtonCg' | 'coordinate' | 'proximal';

/** Penalties of the mean loss: l1·Σ|w| + l2/2·Σw² over the coefficients without intercepts. */
export interface Penalty {
  l1: number;
  l2: number;
}

/**
 * What one rank of a generalised linear model needs: programs over chunks of rows, and the position
 * of the sums of row groups. Its tables are samples, labels or targets, weights and offsets, then
 * the same of the tail (RowTail) if there is one.
 */
export interface GlmTask extends RankTask {
  kind: 'glm';
  layout: GlmLayout;
  solver: GlmSolver;
  tol: number;
  maxIter: number;
  /** Sum of the weights, by which the loss is divided. */
  totalWeight: number;
  /** Problems that are solved one after another, each from the last one's solution. */
  path: readonly Penalty[];
  fitIntercept: boolean;
  /**
   * Leaves the expected second derivatives of the loss at the last solution in the totals of
   * `curvature`, or of `design` if there are any.
   */
  wantsCurvature: boolean;
  /** How the ranks of a cluster exchange sums; undefined without one. */
  joint: JointSums | undefined;
}

/** Exchanges of the arena, by their numbers. */
export interface JointSums {
  /** This rank, and how many there are. */
  rank: number;
  size: number;
  /**
   * For each job: the exchange of the sums of groups, and with slices that of the totals after
   * them.
   */
  exchanges: Partial<Record<GlmJob, { groups: number; totals: number | undefined }>>;
}

/**
 * Sums over rows that ranks can be asked for:
 * - `gradient`: the loss and its gradient at `point`
 * - `curvature`: both, and the second derivatives, as blocks
 * - `product`: the second derivatives times `direction`, where the loss was last evaluated
 * - `sample`: the same of some of the rows
 * - `shared`: one block: the mean over all outputs of those on the diagonal, of some of the rows
 * - `design`: one block: Σ w·[1 | x]ᵀ·[1 | x]
 */
export const GLM_JOBS = ['gradient', 'curvature', 'product', 'sample', 'shared', 'design'] as const;
export type GlmJob = (typeof GLM_JOBS)[number];

/** Programs over the rows of some tables. */
export interface RowPrograms {
  /** The row of all that is row 0 of the tables. */
  firstRow: number;
  /** Adds the sums of a chunk. */
  run: BindableProgram;
  /** Computes what the loss keeps of a chunk, where another process's loss may have kept it. */
  keep: BindableProgram | undefined;
}

/** One sum over rows. Byte offsets in the arena; all arrays are float64. */
export interface JobLayout {
  /** For groups that end in this process's own rows, and for those that others' rows complete. */
  whole: RowPrograms;
  tail: RowPrograms | undefined;
  /** Rows per run of the program, and per group; each group's sums have their own memory. */
  chunkRows: number;
  groupRows: number;
  groups: number;
  /** Groups [firstGroup, endGroup) are this process's. */
  firstGroup: number;
  endGroup: number;
  /** One of so many chunks is read. */
  everyChunk: number;
  /** Rows of which this process's loss keeps what the job reads; undefined for all. */
  kept: RowRange | undefined;
  /** Numbers of a sum, and those that this process adds up. */
  size: number;
  slice: RowRange;
  /** This rank's sums over the current group. */
  sums: number;
  /** groups × size. */
  partials: number;
  /** The sums of all groups. */
  totals: number;
}

/** Byte offsets in the arena; all arrays are float64. */
export interface GlmLayout {
  outputs: number;
  features: number;
  /** Of the table of all processes, and the first after this process's own. */
  rows: number;
  endRow: number;
  /** For each rank of a cluster an int32: not 0 if it has been asked to stop. */
  flags: number;
  registers: number;
  /**
   * Coefficients (outputs × features), then intercepts: the point where the loss is evaluated, and
   * at the start the first problem's start.
   */
  point: number;
  /** The same, for `product`. */
  direction: number;
  jobs: Partial<Record<GlmJob, JobLayout>>;
  /** Rows and columns of a block: intercept, features, padding. */
  blockSize: number;
  /** The request of rank 0 to the others: one int32. */
  command: number;
  /** For each problem, where rank 0 writes the solution and {@link GLM_OUTCOME}. */
  solutions: number;
  outcomes: number;
}

/** Number of elements of an outcome. */
export const GLM_OUTCOME = { status: 0, iterations: 1, value: 2, gradientNorm: 3 } as const;
export const GLM_OUTCOME_COUNT = 4;

/** How the solution of a problem ended. */
export const GLM_STATUS = { converged: 0, precision: 1, maxIter: 2, stopped: 3, notFinite: 4 } as const;
