import { SteepestError } from '../../core/errors.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import type { KernelOptions } from '../../kernels/kernelOptions.js';
import { resolveFitOptions } from '../../networks/models/fitOptions.js';
import { checkCallbacks } from '../../networks/models/givenCallbacks.js';
import type { CallbackContext, FitOptions, Sequential } from '../../networks/models/sequential.js';
import type { Workers } from '../../parallel/workers.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import type { Features } from '../base/features.js';
import { WEIGHTED_FIT_KEYS } from '../base/fitOptions.js';

/** Options of `fit` for estimators that descend on the step programs of networks. */
export interface DescentFitOptions extends EstimatorFitOptions, KernelOptions {
  /**
   * Callbacks of the training, as for networks: their model is the network that is trained, and
   * their logs have its `loss`.
   */
  callbacks?: FitOptions['callbacks'];
}

export const DESCENT_FIT_KEYS: readonly string[] = [...WEIGHTED_FIT_KEYS, 'callbacks'];

/**
 * Options of `fit` for estimators around a network.
 * @example
 * ```ts
 * import { layers, NetworkRegressor, type NetworkFitOptions, pipeline } from 'steepest';
 * import { sequential, StandardScaler } from 'steepest';
 *
 * const network = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
 * network.compile({ loss: 'meanSquaredError' });
 * const model = pipeline(new StandardScaler(), new NetworkRegressor(network, { epochs: 3 }));
 * const options: NetworkFitOptions = { resume: `runs/${process.pid}` };
 * await model.fit([[1, 2], [3, 5], [4, 4]], [1, 2, 3], options);
 * console.log(model.last.history.loss.length); // 3
 * ```
 */
export interface NetworkFitOptions extends DescentFitOptions {
  /** True shows progress on stderr; a function is called instead. As for networks. */
  progress?: FitOptions['progress'];
  /** A folder for checkpoints, from which the same call goes on. As for networks. */
  resume?: FitOptions['resume'];
}

export const NETWORK_FIT_KEYS: readonly string[] = [...DESCENT_FIT_KEYS, 'progress', 'resume'];

/**
 * Checks options that the network's `fit` would check only after the steps before it.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function checkNetworkOptions({ callbacks, progress, resume }: NetworkFitOptions): void {
  resolveFitOptions({
    ...(callbacks === undefined ? {} : { callbacks }),
    ...(progress === undefined ? {} : { progress }),
    ...(resume === undefined ? {} : { resume }),
  });
}

/**
 * Checks callbacks before any work.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, also for a solver that has no epochs
 */
export function checkDescentOptions({ callbacks }: DescentFitOptions, solver = 'sgd'): void {
  if (callbacks === undefined) return;
  checkCallbacks(callbacks);
  if (solver === 'gd' || solver === 'sgd') return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: "callbacks with solver 'gd' or 'sgd', which has epochs",
    given: `solver '${solver}'`,
    hint: 'Leave callbacks out, or choose another solver.',
  });
}

/**
 * Refuses options of a descent that the estimator inside of another one does not have.
 * @param given what there is instead: `a pipeline that ends with Ridge`
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkTakesOptions(
  { takesCallbacks, trainsNetwork }: { takesCallbacks: boolean; trainsNetwork: boolean },
  options: NetworkFitOptions,
  given: string,
): void {
  for (const name of ['callbacks', 'progress', 'resume'] as const) {
    const isTaken = name === 'callbacks' ? takesCallbacks : trainsNetwork;
    if (options[name] === undefined || isTaken) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} for a network${name === 'callbacks' ? ' or a perceptron' : ''}`,
      given,
      hint: `Leave ${name} out.`,
    });
  }
}

/** Training options in the terms that estimators share. */
export interface NetworkTraining {
  /** Maximum number of passes over the rows. */
  epochs: number;
  batchSize: number;
  shuffle: boolean;
  /** Called with the loss of every epoch; training ends when it returns false. */
  goesOn: (loss: number) => boolean | Promise<boolean>;
  /** Factor applied to losses before they are reported. Default 1. */
  lossScale?: number;
  sampleWeight: Float64Array | undefined;
  workers: Workers;
  kernels: KernelOptions;
  signal: AbortSignal | undefined;
  callbacks: FitOptions['callbacks'];
}

export interface NetworkResult {
  /** Loss of each epoch, penalties included. */
  lossCurve: number[];
  /** True if training was ended by {@link NetworkTraining.goesOn} or a callback. */
  converged: boolean;
}

/** Weights with mean 1: the loss is then divided by their sum, as in other estimators. */
function meanOne(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}

/**
 * Trains a compiled network until its loss stops falling. The network keeps the state that training
 * reached.
 */
export async function trainNetwork(
  model: Sequential,
  features: Pick<Features, 'data' | 'rows' | 'cols'>,
  y: TargetInput,
  training: NetworkTraining,
): Promise<NetworkResult> {
  const { epochs, batchSize, shuffle, goesOn, sampleWeight, lossScale = 1, callbacks = [] } = training;
  const result: NetworkResult = { lossCurve: [], converged: false };
  const onEpochEnd = async ({ logs, stop }: CallbackContext): Promise<void> => {
    const loss = logs.loss * lossScale;
    result.lossCurve.push(loss);
    if (!(await goesOn(loss))) stop();
  };
  const { stopped } = await model.fit({ data: features.data, shape: [features.rows, features.cols] }, y, {
    epochs,
    batchSize: Math.min(batchSize, features.rows),
    shuffle,
    workers: training.workers,
    callbacks: [{ onEpochEnd }, ...(Array.isArray(callbacks) ? callbacks : [callbacks])],
    ...(sampleWeight ? { sampleWeight: meanOne(sampleWeight) } : {}),
    ...(training.signal ? { signal: training.signal } : {}),
    ...training.kernels,
  });
  return { ...result, converged: stopped !== undefined };
}
