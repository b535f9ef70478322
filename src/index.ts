export { type ErrorCode, SteepestError } from './core/errors.js';
export type { Matrix } from './core/matrix.js';
export type { NdArray, NumberRow, NumericArray, StoredArray } from './core/ndarray.js';
export type { ClassInput, MatrixInput, SampleInput, TargetInput } from './data/arrayInputs.js';
export type { Batch, BatchStream } from './data/batches.js';
export * as data from './data/index.js';
export * from './estimators/index.js';
export { type AnyModel, load } from './estimators/load.js';
export type { ModelSource } from './io/modelFile.js';
export { type Activation, type ActivationName, activationNames } from './kernels/activations.js';
export { backend } from './kernels/backend.js';
export type { KernelOptions } from './kernels/kernelOptions.js';
export { giveWay } from './kernels/priority.js';
export * as metrics from './metrics/index.js';
export {
  type CallbackChoice,
  type CallbackName,
  callbackNames,
  callbacks,
} from './networks/callbacks/index.js';
export type { ModelConfig } from './networks/compile/model.js';
export { type Constraint, type ConstraintName, constraintNames } from './networks/constraints/index.js';
export type {
  GivenArtifacts,
  TfjsArtifacts,
  TfjsQuantization,
  TfjsTraining,
  TfjsWeight,
} from './networks/exchange/tfjs/artifacts.js';
export { type Initializer, type InitializerName, initializerNames } from './networks/initializers/index.js';
export { layers } from './networks/layers/index.js';
export type { Regularizer } from './networks/layers/regularizer.js';
export { type Loss, type LossName, lossNames } from './networks/losses/index.js';
export { type Metric, type MetricName, type MetricNameOf, metricNames } from './networks/metrics/index.js';
export type { ClassProbability } from './networks/models/classify.js';
export type { CompileConfig, CompileOptions } from './networks/models/compileOptions.js';
export type { SampleWeight, ValidationArrays } from './networks/models/fitOptions.js';
export { fromKeras } from './networks/models/fromKeras.js';
export { fromOnnx } from './networks/models/fromOnnx.js';
export { fromTfjs } from './networks/models/fromTfjs.js';
export type { OnnxOptions } from './networks/models/onnx.js';
export type { ResumeOptions } from './networks/models/resume/options.js';
export { schedules } from './networks/models/schedules.js';
export {
  type Callback,
  type CallbackContext,
  type FitOptions,
  Sequential,
  type StreamFitOptions,
  sequential,
  type TrainEndContext,
} from './networks/models/sequential.js';
export type { SequentialConfig } from './networks/models/sequentialConfig.js';
export type {
  EvaluateOptions,
  GradientOptions,
  PredictOptions,
  StreamEvaluateOptions,
} from './networks/models/sweepOptions.js';
export type { FitResult, History, Logs } from './networks/models/typedResults.js';
export type { NamedWeightOptions, WeightLayout } from './networks/models/weights.js';
export { type Optimizer, type OptimizerName, optimizerNames } from './networks/optimizers/index.js';
export {
  type LearningRate,
  type Schedule,
  type ScheduleName,
  scheduleNames,
} from './networks/schedules/index.js';
export type { Stopped } from './networks/training/fitResult.js';
export type { ProgressFunction, ProgressReport } from './networks/training/progressReporter.js';
export type { Priority, ThreadSettings } from './parallel/settings.js';
export { configure, shutdown } from './parallel/threads.js';
export type { Workers } from './parallel/workers.js';
