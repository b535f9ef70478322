import { inSlices } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import { BatchReader, type BatchStream, isBatchStream } from '../../data/batches.js';
import { inputTableInParts } from '../../data/sharedRows.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import type { ResolvedModel } from '../compile/model.js';
import { evaluateModel, evaluateStream } from '../training/evaluate.js';
import { TableMemory } from '../training/keptPredictions.js';
import type { Logs } from '../training/logs.js';
import { predictStream, predictTable } from '../training/predict.js';
import type { ModelState } from '../training/state.js';
import { type InputContext, openEvaluation, readDataSet } from './inputs.js';
import { noteMetrics } from './knownMetrics.js';
import {
  type EvaluateOptions,
  type PredictOptions,
  resolvePredictOptions,
  resolveSweepOptions,
} from './sweepOptions.js';

/** Loss and metrics on arrays or a stream. @throws SteepestError as `Sequential.evaluate` */
export async function evaluate(
  context: InputContext,
  state: ModelState,
  input: { x: SampleInput; y: ClassInput } | BatchStream,
  options: EvaluateOptions,
): Promise<Logs> {
  const logs = await measure(context, state, input, options);
  noteMetrics(state, logs);
  return logs;
}

async function measure(
  context: InputContext,
  state: ModelState,
  input: { x: SampleInput; y: ClassInput } | BatchStream,
  options: EvaluateOptions,
): Promise<Logs> {
  const { model, objective } = context;
  const choices = resolveSweepOptions(options);
  if (isBatchStream(input)) {
    const opened = await openEvaluation(context, input, choices.batchSize);
    return evaluateStream(model, state, objective, opened, choices);
  }
  const data = await readDataSet(context, '', input.x, input.y, options.sampleWeight);
  return withFewerThreads(() => evaluateModel(model, state, objective, data, choices));
}

/** Outputs for arrays or a stream. @throws SteepestError as `Sequential.predict` */
export async function predict(
  model: ResolvedModel,
  state: ModelState,
  x: SampleInput | BatchStream,
  options: PredictOptions,
): Promise<Matrix<Float32Array>> {
  const choices = resolvePredictOptions(options);
  if (isBatchStream(x)) return predictStream(model, state, new BatchReader(x, 'the stream'), choices);
  const memory = new TableMemory(model, state);
  try {
    const reading = inputTableInParts('x', x, model.inputCols, model.inputShape, memory.allocate);
    const table = await inSlices(reading);
    return await withFewerThreads(() => predictTable(model, state, table, choices, memory));
  } finally {
    memory.close();
  }
}
