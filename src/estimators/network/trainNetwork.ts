import type { TargetInput } from '../../data/tables.js';
import type { KernelOptions } from '../../models/kernelOptions.js';
import type { Sequential } from '../../models/sequential.js';
import type { Workers } from '../../parallel/workers.js';
import type { Logs } from '../../training/logs.js';
import type { Features } from '../base/features.js';

/** How to train, in the words that estimators share. */
export interface NetworkTraining {
  /** At most so many passes over the rows. */
  epochs: number;
  batchSize: number;
  shuffle: boolean;
  /** Training ends when the loss has not fallen by more than this… */
  tol: number;
  /** …for so many epochs in a row. */
  nIterNoChange: number;
  /** Share of the rows held out; the loss on them then decides. 0 for none. */
  validationFraction: number;
  sampleWeight: Float64Array | undefined;
  workers: Workers;
  kernels: KernelOptions;
  signal: AbortSignal | undefined;
}

export interface NetworkResult {
  /** Loss of each epoch, penalties included. */
  lossCurve: number[];
  /** Loss on the held-out rows after each epoch. */
  validationLossCurve: number[];
  /** True if the loss stopped falling before the epochs ran out. */
  converged: boolean;
}

/** Watches the loss as scikit-learn's stochastic estimators do. */
class Patience {
  private best = Number.POSITIVE_INFINITY;
  private idle = 0;

  constructor(
    private readonly tol: number,
    private readonly epochs: number,
  ) {}

  /** @returns false once the loss has stood still for long enough */
  goesOn(loss: number): boolean {
    this.idle = loss > this.best - this.tol ? this.idle + 1 : 0;
    this.best = Math.min(this.best, loss);
    return this.idle < this.epochs;
  }
}

/** Weights whose mean is 1: the loss is then divided by their sum, as other estimators divide it. */
function meanOne(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}

/** Trains a compiled network until its loss stands still. The network is changed as far as training came. */
export async function trainNetwork(
  model: Sequential,
  features: Features,
  y: TargetInput,
  training: NetworkTraining,
): Promise<NetworkResult> {
  const { epochs, batchSize, shuffle, tol, nIterNoChange, validationFraction, sampleWeight } = training;
  const patience = new Patience(tol, nIterNoChange);
  const result: NetworkResult = { lossCurve: [], validationLossCurve: [], converged: false };
  const onEpochEnd = (_epoch: number, logs: Logs): boolean => {
    result.lossCurve.push(logs.loss!);
    if (validationFraction > 0) result.validationLossCurve.push(logs.valLoss!);
    result.converged = !patience.goesOn(validationFraction > 0 ? logs.valLoss! : logs.loss!);
    return !result.converged;
  };
  await model.fit({ data: features.data, shape: [features.rows, features.cols] }, y, {
    epochs,
    batchSize: Math.min(batchSize, features.rows),
    shuffle,
    validationSplit: validationFraction,
    workers: training.workers,
    callbacks: [{ onEpochEnd }],
    ...(sampleWeight ? { sampleWeight: meanOne(sampleWeight) } : {}),
    ...(training.signal ? { signal: training.signal } : {}),
    ...training.kernels,
  });
  return result;
}
