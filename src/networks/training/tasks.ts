import type { BindableProgram, Operand, Phase } from '../../kernels/contract.js';
import type { BatchRing } from '../../parallel/batchRing.js';
import type { RankTask } from '../../parallel/rankTask.js';
import type { ProgramPhases } from '../../program/partition.js';
import type { Optimizer } from '../optimizers/index.js';
import type { CheckpointRhythm } from './checkpoints.js';
import type { PeersTask } from './clusterPeers.js';
import type { CommitCounters, FitPosition } from './position.js';
import type { RateTask } from './rankRates.js';
import type { RunningSums } from './runningSums.js';
import type { StepReports } from './stepReports.js';

/** A program for one rank, with the positions of that rank's registers and totals. */
export interface RankProgram {
  program: BindableProgram;
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  totals: Operand;
  phases: ProgramPhases;
  /** Numbers of the exchanges with other processes, by the phase that they follow. */
  exchanges: Readonly<Partial<Record<Phase, number>>>;
}

/** A weight matrix and its transpose, which must be updated when the matrix is restored. */
export interface TransposePair {
  matrix: Operand;
  transpose: Operand;
}

/** Where weights and their average are in the arena. */
export interface AveragePair {
  weights: number;
  average: number;
  byteLength: number;
}

/** What one rank of a fit needs; sent to it once. */
export interface FitTask extends RankTask {
  kind: 'fit';
  train: RankProgram;
  validate: RankProgram | undefined;
  /** Rows of the tables, unless mini-batches come from a ring. */
  samples: number;
  validationSamples: number;
  trainRing: BatchRing | undefined;
  validationRing: BatchRing | undefined;
  batchSize: number;
  /** Where to begin, and the sums of loss and metrics of the epoch so far. */
  start: FitPosition;
  startTotals: readonly number[];
  /** Where and when rank 0 leaves checkpoints, if the fit has them. */
  checkpoints: CheckpointTask | undefined;
  /** Number of the epoch to stop before. */
  epochs: number;
  /** Steps per epoch; undefined for as many as a pass over the data has. */
  stepsPerEpoch: number | undefined;
  /** Epochs from one validation to the next. */
  validationFreq: number;
  /** Steps between two committed copies. A ring keeps that many mini-batches. */
  stepsPerCommit: number;
  /** Steps of the model at whose multiples there is another one. */
  commitEvery: readonly number[];
  optimizer: Optimizer;
  rate: RateTask;
  shuffles: boolean;
  /** After each epoch, ranks wait until the main thread lets them continue. */
  gated: boolean;
  /**
   * Parameters and optimizer state: one run of bytes in the arena, and two of the same length for
   * committed copies.
   */
  persistent: { byteOffset: number; byteLength: number; copies: readonly [number, number] };
  transposes: readonly TransposePair[];
  /** Parameters that steps write without an update: moving means and variances. */
  untrained: readonly { byteOffset: number; byteLength: number }[];
  /** Moving averages of the weights, which validation uses. */
  averages: { decay: number; pairs: readonly AveragePair[] } | undefined;
  /** The other processes of a cluster that train the same model, if there are any. */
  peers: PeersTask | undefined;
  /** Where rank 0 leaves sums of steps, if a callback wants them. */
  stepReports: StepReports | undefined;
  /** Where rank 0 leaves sums for a display, if there is one. */
  runningSums: RunningSums | undefined;
}

/** What rank 0 needs for checkpoints. */
export interface CheckpointTask extends CheckpointRhythm {
  /** Byte offset of the memory for a copy of the state. */
  byteOffset: number;
  /** The number of the fit's first epoch. */
  initialEpoch: number;
}

/** Sent by rank 0 when it has left a checkpoint, and when it has ended. */
export interface PositionReport {
  kind: 'checkpoint' | 'end';
  position: FitPosition;
  totals: number[];
  counters: CommitCounters;
}

/** What one rank of an evaluation or a prediction needs. */
export interface SweepTask extends RankTask {
  kind: 'sweep';
  sweep: RankProgram;
  samples: number;
  ring: BatchRing | undefined;
  batchSize: number;
}

/** Sent by rank 0 at the end of each epoch. */
export interface EpochReport {
  kind: 'epoch';
  /** Counted from 0, or from `initialEpoch`. */
  epoch: number;
  /** Total optimizer steps of the model, those of earlier fits included. */
  step: number;
  /** Passes over the training data that the model has begun. */
  passes: number;
  /** Epochs that have begun since the learning rate was set. */
  epochs: number;
  /** The learning rate of its last step. */
  rate: number;
  totals: number[];
  /** Rows trained on in this epoch. */
  samples: number;
  validationTotals: number[] | undefined;
  validationSamples: number;
}
