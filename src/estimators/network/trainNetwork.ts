import type { TargetInput } from '../../data/arrayInputs.js';
import type { KernelOptions } from '../../kernels/kernelOptions.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { Logs } from '../../networks/training/logs.js';
import type { Workers } from '../../parallel/workers.js';
import type { Features } from '../base/features.js';
import type { Stopping } from './stopping.js';

/** Training options in the terms that estimators share. */
export interface NetworkTraining {
  /** Maximum number of passes over the rows. */
  epochs: number;
  batchSize: number;
  shuffle: boolean;
  stopping: Stopping;
  /** Factor applied to losses before they are reported. Default 1. */
  lossScale?: number;
  sampleWeight: Float64Array | undefined;
  workers: Workers;
  kernels: KernelOptions;
  signal: AbortSignal | undefined;
}

export interface NetworkResult {
  /** Loss of each epoch, penalties included. */
  lossCurve: number[];
  /** True if training was stopped before the last epoch or at its end. */
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
  const { epochs, batchSize, shuffle, stopping, sampleWeight, lossScale = 1 } = training;
  const result: NetworkResult = { lossCurve: [], converged: false };
  const onEpochEnd = async ({ logs }: { logs: Logs }): Promise<boolean> => {
    const loss = logs.loss! * lossScale;
    result.lossCurve.push(loss);
    const goesOn = await stopping.goesOn(loss);
    result.converged = !goesOn;
    return goesOn;
  };
  await model.fit({ data: features.data, shape: [features.rows, features.cols] }, y, {
    epochs,
    batchSize: Math.min(batchSize, features.rows),
    shuffle,
    workers: training.workers,
    callbacks: [{ onEpochEnd }],
    ...(sampleWeight ? { sampleWeight: meanOne(sampleWeight) } : {}),
    ...(training.signal ? { signal: training.signal } : {}),
    ...training.kernels,
  });
  return result;
}
