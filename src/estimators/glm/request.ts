import type { KernelRequest } from '../../kernels/backend.js';
import type { Workers } from '../../parallel/workers.js';
import type { Features } from '../base/features.js';
import type { Agreement } from '../sharded/agree.js';
import type { Ranks } from '../sharded/ranks.js';
import type { GlmFamily, GlmSolver, Penalty } from './task.js';

/** A generalised linear model with all options resolved. */
export interface GlmRequest {
  features: Features;
  family: GlmFamily;
  /** Class indices for `logistic`, else one number per row. */
  y: Int32Array | Float64Array;
  /** 1, or for more than two classes their number. */
  outputs: number;
  weights: Float64Array | undefined;
  /** Added to the scores, one per row; not for `logistic`. */
  offset?: Float64Array | undefined;
  /** outputs × columns, then one per output. */
  start: Float64Array;
  solver: GlmSolver;
  tol: number;
  maxIter: number;
  /** Problems that are solved one after another, each from the last one's solution. */
  path: readonly Penalty[];
  fitIntercept: boolean;
  /** Computes the second derivatives at the last solution. */
  wantsCurvature?: boolean;
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
  /** Set if rows, y, weights and offset are those of one rank of a cluster. */
  joint?: { ranks: Ranks; agreement: Agreement } | undefined;
}

/** The solution of one problem of a path. */
export interface GlmResult {
  /** outputs × columns, then one per output. */
  point: Float64Array;
  iterations: number;
  /** The penalised mean loss; for `poisson` and `gamma` without a term that depends on y alone. */
  value: number;
  /**
   * The largest element of the gradient of the penalised mean loss; unknown after `gd` and `sgd`.
   */
  gradientNorm: number | undefined;
  converged: boolean;
}

export interface GlmPathResult {
  results: GlmResult[];
  /**
   * The second derivatives of the loss (a sum, not a mean; without penalties), for coefficients,
   * then intercepts if there are any.
   */
  curvature: Float64Array | undefined;
}
