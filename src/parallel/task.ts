import type { MessagePort } from 'node:worker_threads';
import type { KernelRequest } from '../kernels/backend.js';
import type { BindableProgram, Operand, ProgramBuffer } from '../kernels/contract.js';
import type { Optimizer } from '../optimizers/index.js';

/** A program for one rank, with where that rank's registers and totals lie. */
export interface RankProgram {
  program: BindableProgram;
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  totals: Operand;
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
  arena: SharedArrayBuffer;
  /** Data tables, from buffer 1 on. */
  tables: ProgramBuffer[];
  train: RankProgram;
  validate: RankProgram | undefined;
  samples: number;
  validationSamples: number;
  batchSize: number;
  epochs: number;
  /** Epochs and optimizer steps that the model has behind it. */
  firstEpoch: number;
  firstStep: number;
  optimizer: Optimizer;
  shuffles: boolean;
  /** Ranks wait after each epoch until the main thread lets them pass. */
  gated: boolean;
  /** Parameters and optimizer state: one run of bytes in the arena, and two of the same length for committed copies. */
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
  arena: SharedArrayBuffer;
  tables: ProgramBuffer[];
  sweep: RankProgram;
  samples: number;
  batchSize: number;
}

export type RankTask = FitTask | SweepTask;

/** Sent by rank 0 at the end of each epoch. */
export interface EpochReport {
  /** Counted from 0 within this fit. */
  epoch: number;
  totals: number[];
  validationTotals: number[] | undefined;
}

/**
 * Sent by rank 0 after its last report. Closing the port would not do: a pool thread sleeps in Atomics.wait between
 * tasks, and a close takes effect only when its event loop turns.
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
