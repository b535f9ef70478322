import type { NumericArray } from '../../core/ndarray.js';
import type { SampleInput, TargetInput } from '../../data/arrayInputs.js';
import type { BatchStream } from '../../data/batches.js';
import type { KernelOptions } from '../../kernels/kernelOptions.js';
import type { Workers } from '../../parallel/workers.js';
import type { Callback } from '../training/callbacks.js';

/** Options of `fit` in either form, whose keys have been checked. */
export type AllFitOptions = FitOptions & Omit<StreamFitOptions, 'classWeight'>;

/** A weight per row of at least 0: its loss and gradient are multiplied by it. */
export type SampleWeight = readonly number[] | NumericArray;

/** Options of `fit` for arrays and for streams. */
export interface CommonFitOptions extends KernelOptions {
  /** Default 1. */
  epochs?: number;
  /** Rows per mini-batch; the last may be smaller. Default 32. */
  batchSize?: number;
  /** New order of rows each epoch. Default true. */
  shuffle?: boolean;
  /**
   * Rows to validate on: arrays, or a stream of batches that
   * can be read once per epoch. Wins over `validationSplit`.
   */
  validationData?: ValidationArrays | BatchStream;
  /**
   * Worker threads, at most `configure().maxThreads`. The
   * result has the same bits for any number. Default `'auto'`.
   */
  workers?: Workers;
  /**
   * Draws a progress bar on stderr (one line per epoch where that is no terminal). Default false.
   */
  progress?: boolean;
  /** Stops within one step; the model keeps that step's parameters. */
  signal?: AbortSignal;
  /** One or several, called in order. */
  callbacks?: Callback | readonly Callback[];
}

/** Samples and targets to validate on, and a weight per row. */
export type ValidationArrays =
  | ValidationTuple
  | { x: SampleInput; y: TargetInput; sampleWeight?: SampleWeight | undefined };

export type ValidationTuple =
  | readonly [SampleInput, TargetInput]
  | readonly [SampleInput, TargetInput, SampleWeight | undefined];

export interface FitOptions extends CommonFitOptions {
  /**
   * A weight per row: the loss of a mini-batch is Σ weight·loss / rows, as in Keras, so weights
   * scale the steps. Metrics are not weighted. With `validationSplit` the rows at the end are
   * validated on with their weights.
   */
  sampleWeight?: SampleWeight;
  /**
   * A weight per class, by its number, 1 for those left out; multiplies
   * `sampleWeight`, in training only. `'balanced'` gives every class the same
   * total weight, n / (classes · rows of the class). The class of a row is its
   * number, the largest of its columns, or its only column where that is 0 or 1.
   */
  classWeight?: 'balanced' | Readonly<Record<string, number>>;
  /**
   * Share of the rows to validate on, taken from the end before shuffling:
   * ⌊share · rows⌋ of them, at least one unless the share is 0. Default 0.
   * Where `validationData` is given, all rows are trained on.
   */
  validationSplit?: number;
}

export interface StreamFitOptions extends CommonFitOptions {
  /**
   * Rows that are held in memory to be shuffled among themselves: each new row takes the place of
   * one drawn from them. A stream of no more rows is shuffled exactly as the same rows in memory.
   * Default 65,536, or fewer if those take more than 64 MiB.
   */
  shuffleBuffer?: number;
  /**
   * A weight per class, as for arrays. `'balanced'` cannot
   * be had: it would have to know the rows before they come.
   */
  classWeight?: Readonly<Record<string, number>>;
}

export interface PredictOptions extends KernelOptions {
  batchSize?: number;
  workers?: Workers;
}

/** Batches of a stream bring weights of their own. */
export type StreamEvaluateOptions = PredictOptions;

export interface EvaluateOptions extends PredictOptions {
  /** A weight per row: the loss is Σ weight·loss / rows. Metrics are not weighted. */
  sampleWeight?: SampleWeight;
}

export interface GradientOptions extends KernelOptions {
  /** A weight per row, as in `fit`. */
  sampleWeight?: SampleWeight;
}
