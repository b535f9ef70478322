import type { BatchStream } from '../data/batches.js';
import type { MatrixInput, TargetInput } from '../data/tables.js';
import type { Workers } from '../parallel/workers.js';
import type { Callback } from '../training/callbacks.js';
import { KERNEL_KEYS, type KernelOptions } from './kernelOptions.js';

/** Options of `fit` for arrays and for streams. */
export interface CommonFitOptions extends KernelOptions {
  /** Default 1. */
  epochs?: number;
  /** Rows per mini-batch; the last may be smaller. Default 32. */
  batchSize?: number;
  /** New order of rows each epoch. Default true. */
  shuffle?: boolean;
  /** Rows to validate on: arrays, or a stream of batches that can be read once per epoch. Wins over `validationSplit`. */
  validationData?: readonly [MatrixInput, TargetInput] | BatchStream;
  /** Worker threads. The result has the same bits for any number. Default `'auto'`. */
  workers?: Workers;
  /** Draws a progress bar on stderr (one line per epoch where that is no terminal). Default false. */
  progress?: boolean;
  /** Stops within one step; the model keeps that step's parameters. */
  signal?: AbortSignal;
  callbacks?: readonly Callback[];
}

export interface FitOptions extends CommonFitOptions {
  /** Share of the rows, taken from the end before shuffling, to validate on. Default 0. */
  validationSplit?: number;
}

export interface StreamFitOptions extends CommonFitOptions {
  /**
   * Rows that are held in memory to be shuffled among themselves: each new row takes the place of one drawn from them. A stream of no more
   * rows is shuffled exactly as the same rows in memory. Default 65,536, or fewer if those take more than 64 MiB.
   */
  shuffleBuffer?: number;
}

export interface EvaluateOptions extends KernelOptions {
  batchSize?: number;
  workers?: Workers;
}

export type PredictOptions = EvaluateOptions;

const COMMON_KEYS = [
  'epochs',
  'batchSize',
  'shuffle',
  'validationData',
  'workers',
  'progress',
  'signal',
  'callbacks',
  ...KERNEL_KEYS,
];
export const FIT_KEYS = [...COMMON_KEYS, 'validationSplit'];
export const STREAM_FIT_KEYS = [...COMMON_KEYS, 'shuffleBuffer'];
export const SWEEP_KEYS = ['batchSize', 'workers', ...KERNEL_KEYS];
