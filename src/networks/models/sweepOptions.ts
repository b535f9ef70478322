import { checkInteger } from '../../core/check.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { chooseKernels, KERNEL_KEYS, type KernelOptions } from '../../kernels/kernelOptions.js';
import { checkWorkers, resolveWorkers, type Workers } from '../../parallel/workers.js';
import type { ExplainSizes } from '../compile/explain.js';
import { checkShards } from '../compile/shards.js';
import { DEFAULT_BATCH, type SampleWeight } from './fitOptions.js';
import {
  checkOptionNames,
  type OptionNames,
  RUN_ALIASES,
  TO_COMPILE,
  WEIGHTS_OF_STREAM,
} from './optionNames.js';

/** Default rows per step for predictions and evaluations: enough to keep the kernels busy. */
const DEFAULT_SWEEP_BATCH = 256;

/** Options of `predict`, `predictClasses` and `predictTop`. */
export interface PredictOptions extends KernelOptions {
  batchSize?: number;
  workers?: Workers;
}

/** Batches of a stream include their own weights. */
export type StreamEvaluateOptions = PredictOptions;

/** Options of `evaluate`. */
export interface EvaluateOptions extends PredictOptions {
  /** A weight per row: the loss is Σ weight·loss / rows. Metrics are not weighted. */
  sampleWeight?: SampleWeight;
}

/** Options of `gradients`. */
export interface GradientOptions extends KernelOptions {
  /** A weight per row, as in `fit`. */
  sampleWeight?: SampleWeight;
}

export interface ExplainOptions {
  /** Rows per step. Default 32. */
  batchSize?: number;
  /** Default 1. */
  workers?: number;
  /** Number of virtual shards, as in `fit`. By default none. */
  shards?: number;
}

const SWEEP_ELSEWHERE = { loss: TO_COMPILE, metrics: TO_COMPILE };
const PREDICT_NAMES: OptionNames = {
  known: ['batchSize', 'workers', ...KERNEL_KEYS],
  aliases: RUN_ALIASES,
  elsewhere: SWEEP_ELSEWHERE,
  example: 'Write predict(x, { batchSize: 256 }).',
};
const EVALUATE_NAMES: OptionNames = {
  ...PREDICT_NAMES,
  known: [...PREDICT_NAMES.known, 'sampleWeight'],
  example: 'Write evaluate(x, y, { batchSize: 256 }).',
};
const STREAM_EVALUATE_NAMES: OptionNames = {
  ...PREDICT_NAMES,
  elsewhere: { ...SWEEP_ELSEWHERE, sampleWeight: WEIGHTS_OF_STREAM },
  example: 'Write evaluate(stream, { batchSize: 256 }).',
};
const GRADIENT_NAMES: OptionNames = {
  known: ['sampleWeight', ...KERNEL_KEYS],
  aliases: RUN_ALIASES,
  elsewhere: SWEEP_ELSEWHERE,
  example: 'Write gradients(x, y, { sampleWeight }).',
};
const EXPLAIN_NAMES: OptionNames = {
  known: ['batchSize', 'workers', 'shards'],
  aliases: RUN_ALIASES,
  elsewhere: {},
  example: 'Write explain({ batchSize: 32 }).',
};

/** Checked options of `evaluate` and `predict`. */
export interface SweepChoices {
  batchSize: number;
  kernels: KernelRequest;
  workers: Workers;
}

/**
 * Refuses unknown options of `evaluate`.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function checkEvaluateNames(options: unknown, isStream: boolean): void {
  checkOptionNames('evaluate options', options, isStream ? STREAM_EVALUATE_NAMES : EVALUATE_NAMES);
}

/** The same for `gradients`. */
export function checkGradientNames(options: unknown): void {
  checkOptionNames('gradients options', options, GRADIENT_NAMES);
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_BACKEND` */
export function resolveSweepOptions(options: PredictOptions): SweepChoices {
  const { batchSize = DEFAULT_SWEEP_BATCH, workers } = options;
  return {
    batchSize: checkInteger('batchSize', batchSize),
    kernels: chooseKernels(options),
    workers: checkWorkers(workers),
  };
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` or `ERR_BACKEND` */
export function resolvePredictOptions(options: PredictOptions): SweepChoices {
  checkOptionNames('predict options', options, PREDICT_NAMES);
  return resolveSweepOptions(options);
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
export function resolveExplainOptions(options: ExplainOptions): ExplainSizes {
  checkOptionNames('explain options', options, EXPLAIN_NAMES);
  const { batchSize = DEFAULT_BATCH, workers = 1 } = options;
  return {
    batchSize: checkInteger('batchSize', batchSize),
    workers: resolveWorkers(workers, 0),
    shards: checkShards(options.shards),
  };
}
