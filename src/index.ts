export type { ModelConfig } from './compile/model.js';
export { type ErrorCode, SteepestError } from './core/errors.js';
export type { NdArray, NumberRow, NumericArray, StoredArray } from './core/ndarray.js';
export type { Batch, BatchStream } from './data/batches.js';
export * as data from './data/index.js';
export type { MatrixInput, SampleInput, TargetInput } from './data/tables.js';
export * from './estimators/index.js';
export { type InitializerName, initializerNames } from './initializers/index.js';
export type { ModelSource } from './io/modelFile.js';
export { backend } from './kernels/backend.js';
export { type Activation, type ActivationName, activationNames } from './layers/activations.js';
export { layers } from './layers/index.js';
export type { Regularizer } from './layers/regularizer.js';
export { type Loss, type LossName, lossNames } from './losses/index.js';
export { type MetricName, metricNames } from './metrics/index.js';
export type { CompileOptions } from './models/compileOptions.js';
export type {
  EvaluateOptions,
  FitOptions,
  GradientOptions,
  PredictOptions,
  SampleWeight,
  StreamEvaluateOptions,
  StreamFitOptions,
  ValidationArrays,
} from './models/fitOptions.js';
export type { KernelOptions } from './models/kernelOptions.js';
export { load } from './models/load.js';
export { Sequential, type SequentialConfig, sequential } from './models/sequential.js';
export { type Optimizer, type OptimizerName, optimizerNames } from './optimizers/index.js';
export type { ThreadSettings } from './parallel/settings.js';
export { configure, shutdown } from './parallel/threads.js';
export type { Workers } from './parallel/workers.js';
export * as metrics from './scores/index.js';
export type { Callback } from './training/callbacks.js';
export type { History } from './training/fit.js';
export type { Logs } from './training/logs.js';
