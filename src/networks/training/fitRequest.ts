import type { KernelRequest } from '../../kernels/backend.js';
import type { ResolvedModel } from '../compile/model.js';
import type { Optimizer } from '../optimizers/index.js';
import type { CheckpointStore, FitSnapshot } from './checkpoints.js';
import type { FitData } from './dataSets.js';
import type { FitHooks } from './fitHooks.js';
import type { FitRecord } from './fitResult.js';
import type { LiveRate } from './liveRate.js';
import type { FitPlan } from './plan.js';
import type { ProgressFunction } from './progressReporter.js';
import type { ModelState } from './state.js';
import type { TrainingRanks } from './trainingRanks.js';

/** A fit whose options are resolved and whose input is checked. */
export interface FitRequest extends FitData {
  model: ResolvedModel;
  optimizer: Optimizer;
  /** The state that the fit starts from. */
  state: ModelState;
  /** Where an earlier fit had come to; undefined for one that begins. */
  resumed: FitSnapshot | undefined;
  /** Where checkpoints go, if the fit has them. */
  store: CheckpointStore | undefined;
  /** Receives the model's state: before the callbacks of an epoch, and at the end in any case. */
  onState: (state: ModelState) => void;
  /** Takes the learning rate from the model to the ranks. */
  liveRate: LiveRate;
  /** Its programs and memory. */
  plan: FitPlan;
  batchSize: number;
  /** Numbers of the first epoch and of the epoch to stop before. */
  initialEpoch: number;
  epochs: number;
  /** Undefined: each epoch is a pass over the data. */
  stepsPerEpoch: number | undefined;
  /** Epochs from one validation to the next. */
  validationFreq: number;
  /** Mini-batches of each validation; undefined for all. */
  validationSteps: number | undefined;
  shuffle: boolean;
  kernels: KernelRequest;
  hooks: FitHooks;
  /** Steps at whose multiples someone wants a committed copy. */
  commitEvery: readonly number[];
  /** The other processes that train the same model. */
  ranks: TrainingRanks;
  /** Receives the logs of every epoch. */
  record: FitRecord;
  /** True for a progress bar; a function in its place. */
  progress: boolean | ProgressFunction;
  signal: AbortSignal | undefined;
}
