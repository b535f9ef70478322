import { checkBoolean, checkInteger, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { checkSignal } from '../../core/signal.js';
import { type BatchStream, checkRowNames, isBatchStream } from '../../data/batches.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { chooseKernels } from '../../kernels/kernelOptions.js';
import { resolveWorkers, type Workers } from '../../parallel/workers.js';
import type { Callback } from '../training/callbacks.js';
import { completeCallbacks } from './callbacks.js';
import type { AllFitOptions, PredictOptions, ValidationTuple } from './fitOptions.js';

/** Rows per step of training, and where nothing is learned: enough to keep the kernels busy. */
export const DEFAULT_BATCH = 32;
const DEFAULT_SWEEP_BATCH = 256;

/** Options of `fit` of which all that needs no data has been checked. */
export interface FitChoices {
  epochs: number;
  batchSize: number;
  shuffle: boolean;
  progress: boolean;
  workers: Workers;
  kernels: KernelRequest;
  callbacks: readonly Callback[];
  signal: AbortSignal | undefined;
  validationData: ValidationTuple | BatchStream | undefined;
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` or `ERR_BACKEND` */
export function resolveFitOptions(options: AllFitOptions): FitChoices {
  const { epochs = 1, batchSize = DEFAULT_BATCH, shuffle = true, progress = false } = options;
  return {
    epochs: checkInteger('epochs', epochs),
    batchSize: checkInteger('batchSize', batchSize),
    shuffle: checkBoolean('shuffle', shuffle),
    progress: checkBoolean('progress', progress),
    kernels: chooseKernels(options),
    workers: checkWorkers(options.workers),
    callbacks: completeCallbacks(options.callbacks),
    signal: checkSignal('signal', options.signal),
    validationData: reading('validationData', () => completeValidation(options.validationData)),
  };
}

/** Options of `evaluate` and `predict`, checked. */
export function resolveSweepOptions(options: PredictOptions): {
  batchSize: number;
  kernels: KernelRequest;
  workers: Workers;
} {
  const { batchSize = DEFAULT_SWEEP_BATCH, workers } = options;
  return {
    batchSize: checkInteger('batchSize', batchSize),
    kernels: chooseKernels(options),
    workers: checkWorkers(workers),
  };
}

/**
 * The options behind a stream, which brings its own targets.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function optionsBehindStream<T extends object>(what: string, second: unknown, third: unknown): T {
  const isOptions =
    second === undefined ||
    (typeof second === 'object' &&
      second !== null &&
      !Array.isArray(second) &&
      !ArrayBuffer.isView(second) &&
      !('data' in second));
  if (isOptions && third === undefined) return (second ?? {}) as T;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}(stream, options) with batches { x, y }`,
    given: isOptions ? 'a third argument' : `${show(second)} beside the stream`,
    hint: 'Put y into the batches and pass the options second.',
  });
}

/**
 * A single batch in place of arrays: neither a stream nor samples.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function refuseBatch(what: string, given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  if (!reading('x', () => 'x' in given && !('shape' in given))) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}(x, y, options), or ${what}(stream, options) with batches { x, y }`,
    given: show(given),
    hint: `Write ${what}(x, y), or ${what}([{ x, y }]).`,
  });
}

function checkWorkers(workers: Workers = 'auto'): Workers {
  resolveWorkers(workers, 0);
  return workers;
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
function completeValidation(given: unknown): ValidationTuple | BatchStream | undefined {
  if (given === undefined || isBatchStream(given)) return given;
  if (Array.isArray(given)) {
    if (given.length === 2 || given.length === 3) return given as unknown as ValidationTuple;
    return refuseValidation(given);
  }
  if (typeof given !== 'object' || given === null || 'shape' in given) return refuseValidation(given);
  const { x, y, sampleWeight } = checkObject('validationData', given);
  if (x === undefined || y === undefined) return refuseValidation(given);
  checkRowNames('validationData', given);
  return [x, y, sampleWeight] as unknown as ValidationTuple;
}

function refuseValidation(given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected:
      'validationData to be [x, y], [x, y, sampleWeight], { x, y, sampleWeight } or a stream of batches',
    given: show(given),
    hint: 'Write validationData: [x, y].',
  });
}
