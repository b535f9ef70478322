import type { MessagePort } from 'node:worker_threads';
import type { Arena } from '../core/arena.js';
import type { KernelRequest } from '../kernels/backend.js';
import type { BindableProgram, Operand, ProgramBuffer } from '../kernels/contract.js';
import type { Optimizer } from '../optimizers/index.js';
import type { ProgramPhases } from '../program/partition.js';
import type { BatchRing } from './batchRing.js';
import type { BlockRing } from './blockRing.js';

/** A program for one rank, with where that rank's registers and totals lie. */
export interface RankProgram {
  program: BindableProgram;
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  totals: Operand;
  phases: ProgramPhases;
}

/** A weight matrix and its transpose, which a restored matrix must be copied into. */
export interface TransposePair {
  matrix: Operand;
  transpose: Operand;
}

/** What one rank of a fit needs; sent to it once. */
export interface FitTask {
  kind: 'fit';
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  /** Data tables, from buffer 1 on. */
  tables: ProgramBuffer[];
  train: RankProgram;
  validate: RankProgram | undefined;
  /** Rows of the tables, unless mini-batches come by a ring. */
  samples: number;
  validationSamples: number;
  trainRing: BatchRing | undefined;
  validationRing: BatchRing | undefined;
  batchSize: number;
  epochs: number;
  /** Steps between two committed copies. A ring keeps the mini-batches of as many. */
  stepsPerCommit: number;
  /** Epochs and optimizer steps that the model has behind it. */
  firstEpoch: number;
  firstStep: number;
  optimizer: Optimizer;
  shuffles: boolean;
  /** Ranks wait after each epoch until the main thread lets them pass. */
  gated: boolean;
  /**
   * Parameters and optimizer state: one run of bytes in the
   * arena, and two of the same length for committed copies.
   */
  persistent: { byteOffset: number; byteLength: number; copies: readonly [number, number] };
  transposes: readonly TransposePair[];
  /** Rank 0 reports epochs here. */
  port: MessagePort | undefined;
}

/** What one rank of an evaluation or a prediction needs. */
export interface SweepTask {
  kind: 'sweep';
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  tables: ProgramBuffer[];
  sweep: RankProgram;
  samples: number;
  ring: BatchRing | undefined;
  batchSize: number;
}

/** Which solver finds the coefficients of a logistic regression. */
export type LogisticSolver = 'lbfgs' | 'newton' | 'proximal';

/**
 * What one rank of a logistic regression needs: a program
 * over chunks of rows, and where sums of groups of rows lie.
 */
export interface LogisticTask {
  kind: 'logistic';
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  /** Samples, labels and weights: buffers 1, 2 and 3. */
  tables: ProgramBuffer[];
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

/** What one rank of a reduction over blocks of rows needs. */
export interface BlocksTask {
  kind: 'blocks';
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  /** Rows: buffers 1 and on. */
  tables: ProgramBuffer[];
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  /** For each accumulator, what takes a piece of a block into it. */
  programs: readonly BindableProgram[];
  /** Most rows of a piece. */
  pieceRows: number;
  /**
   * Rows in the tables, in blocks; or slots that the main
   * thread fills; or none, to run `finish` alone.
   */
  source: { rows: number; blockRows: number } | BlockRing | undefined;
  /** What rank 0 runs at the end, with `maxRows` as its rows. */
  finish: BindableProgram | undefined;
}

export type RankTask = FitTask | SweepTask | LogisticTask | BlocksTask;

/** Sent by rank 0 at the end of each epoch. */
export interface EpochReport {
  /** Counted from 0 within this fit. */
  epoch: number;
  /** Optimizer steps that the model has behind it, those of earlier fits included. */
  step: number;
  totals: number[];
  /** Rows trained on. */
  samples: number;
  validationTotals: number[] | undefined;
  validationSamples: number;
}

/**
 * Sent by rank 0 after its last report. Closing the port would not do: a pool thread sleeps in
 * Atomics.wait between tasks, and a close takes effect only when its event loop turns.
 */
export const END_OF_REPORTS = 'end';

/** How a rank's task ended. Errors travel as data, because worker threads strip custom ones. */
export type RankResult =
  | {
      ok: true;
      verdict: number;
      /** Optimizer steps finished, in all. */
      step: number;
      /** Epochs begun in this fit. */
      epochs: number;
    }
  | { ok: false; peerLost: boolean; code: string | undefined; message: string };
