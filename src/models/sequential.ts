import type { Objective } from '../compile/compile.js';
import { explainProgram } from '../compile/explain.js';
import { type ModelConfig, type ResolvedModel, resolveModel } from '../compile/model.js';
import { SteepestError } from '../core/errors.js';
import type { NdArray } from '../core/ndarray.js';
import { BatchReader, type BatchStream, isBatchStream } from '../data/batches.js';
import { inputTable, type MatrixInput, type TargetInput, targetTable } from '../data/tables.js';
import { checkBoolean, checkInteger, checkKeys } from '../layers/check.js';
import type { LayerConfig } from '../layers/definition.js';
import { type Loss, resolveLoss } from '../losses/index.js';
import { type MetricName, resolveMetrics } from '../metrics/index.js';
import { type Optimizer, resolveOptimizer } from '../optimizers/index.js';
import { resolveWorkers } from '../parallel/workers.js';
import { stepFlops } from '../program/cost.js';
import { trainable } from '../program/node.js';
import { evaluateModel, evaluateStream } from '../training/evaluate.js';
import { type History, runFitRequest } from '../training/fit.js';
import { computeGradients } from '../training/gradients.js';
import type { Logs } from '../training/logs.js';
import { layoutFit } from '../training/plan.js';
import { Predictor, predictStream, predictWithPool } from '../training/predict.js';
import { initialState, type ModelState } from '../training/state.js';
import { checkOutput } from './checkOutput.js';
import {
  type AllFitOptions,
  EVALUATE_KEYS,
  type EvaluateOptions,
  FIT_KEYS,
  type FitOptions,
  GRADIENT_KEYS,
  type GradientOptions,
  PREDICT_KEYS,
  type PredictOptions,
  STREAM_FIT_KEYS,
  type StreamEvaluateOptions,
  type StreamFitOptions,
} from './fitOptions.js';
import { openEvaluation, openFitData, readDataSet } from './inputs.js';
import { chooseKernels } from './kernelOptions.js';
import { saveModel } from './save.js';
import { summarize } from './summary.js';

export interface SequentialConfig {
  /** Layers in order; the first has `inputShape`. */
  layers: readonly LayerConfig[];
  /** Whole number from 0 to 2³² − 1 that every random choice is a function of. Default 0. */
  seed?: number;
}

export interface CompileOptions {
  /** Default `'rmsprop'`, as in Keras. */
  optimizer?: Optimizer;
  loss: Loss;
  metrics?: readonly MetricName[];
}

const DEFAULT_BATCH = 32;
/** Rows per step where nothing is learned: enough to keep the kernels busy. */
const DEFAULT_SWEEP_BATCH = 256;

/** Layers one after the other, with the words of Keras. Make one with {@link sequential}. */
export class Sequential {
  private readonly model: ResolvedModel;
  private state: ModelState;
  private compiled: { options: Required<CompileOptions>; objective: Objective } | undefined;
  private predictor: Predictor | undefined;
  private fitting = false;

  constructor(config: SequentialConfig, state?: ModelState) {
    this.model = resolveModel({ seed: config.seed ?? 0, layers: [...(config.layers ?? [])] });
    this.state = state ?? initialState(this.model.parameters, this.model.seed);
  }

  /** The model's description as plain data. */
  get config(): ModelConfig {
    return {
      seed: this.model.seed,
      layers: this.model.layers.map(({ config, name }) => ({ ...config, name })),
    };
  }

  /**
   * Chooses loss, optimizer and metrics. Starts the optimizer anew; parameters stay.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` or `ERR_SHAPE`.
   */
  compile(options: CompileOptions): this {
    checkKeys('compile options', options, ['optimizer', 'loss', 'metrics']);
    if (this.fitting) throw this.busy();
    const { optimizer = 'rmsprop', loss, metrics = [] } = options;
    const resolvedLoss = resolveLoss(loss);
    checkOutput(this.model, resolvedLoss);
    const objective: Objective = {
      loss: resolvedLoss,
      metrics: resolveMetrics(metrics, resolvedLoss.definition.targets),
      optimizer: resolveOptimizer(optimizer),
    };
    this.compiled = { options: { optimizer, loss, metrics: [...metrics] }, objective };
    this.state = { ...this.state, slots: new Map(), step: 0 };
    return this;
  }

  /**
   * Trains on mini-batches in worker threads; this thread stays free.
   *
   * @param x samples × inputs: `number[][]`, or `{ data, shape }` with any numeric typed array
   * @param y class numbers for sparseCategoricalCrossentropy, otherwise samples × outputs
   * @throws SteepestError for every kind of bad input before training starts; `ERR_DIVERGED`, `ERR_ABORTED` or
   * `ERR_WORKER_LOST` later, with the parameters of the last good step kept.
   */
  async fit(x: MatrixInput, y: TargetInput, options?: FitOptions): Promise<{ history: History }>;
  /**
   * Trains on a stream of batches `{ x, y }`, in memory that does not grow with it. Batches may have any number of rows: they
   * are cut into mini-batches of `batchSize` anew. The stream is begun once per epoch.
   *
   * @param stream an AsyncIterable or Iterable of batches that can be iterated again, or a function that returns one
   * @throws SteepestError as for arrays, but what is wrong with a row or with the stream shows only when it comes; errors that the
   * stream itself throws pass through. The model then keeps the parameters of the mini-batches before it.
   */
  async fit(stream: BatchStream, options?: StreamFitOptions): Promise<{ history: History }>;
  async fit(
    x: MatrixInput | BatchStream,
    second?: TargetInput | StreamFitOptions,
    third?: FitOptions,
  ): Promise<{ history: History }> {
    const isStream = isBatchStream(x);
    const options: AllFitOptions =
      (isStream ? streamOptions<StreamFitOptions>('fit', second, third) : third) ?? {};
    checkFitKeys(isStream, options);
    const { objective, options: compiled } = this.objective('fit');
    if (this.fitting) throw this.busy();
    const epochs = checkInteger('epochs', options.epochs ?? 1);
    const batchSize = checkInteger('batchSize', options.batchSize ?? DEFAULT_BATCH);
    const shuffle = checkBoolean('shuffle', options.shuffle ?? true);
    const progress = checkBoolean('progress', options.progress ?? false);
    const kernels = chooseKernels(options);
    resolveWorkers(options.workers ?? 'auto', 0);
    if (trainable(this.model.parameters).length === 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'a model with parameters to train',
        given: 'layers without any',
        mend: 'Add a dense layer.',
      });
    }
    this.fitting = true;
    try {
      const input = isStream ? x : { x, y: second as TargetInput };
      const context = { model: this.model, objective };
      const { close, ...data } = await openFitData(context, input, options, { epochs, batchSize, shuffle });
      try {
        const plan = { batchSize, shuffle, workers: 1 };
        const flops = stepFlops(layoutFit(this.model, objective, data, plan).train.ops);
        const workers = resolveWorkers(options.workers ?? 'auto', flops);
        return await runFitRequest({
          model: this.model,
          objective,
          optimizer: compiled.optimizer,
          state: this.state,
          onState: (state) => this.become(state),
          ...data,
          batchSize,
          epochs,
          shuffle,
          workers,
          kernels,
          callbacks: options.callbacks ?? [],
          progress,
          signal: options.signal,
        });
      } finally {
        await close();
      }
    } finally {
      this.fitting = false;
    }
  }

  /** Takes over parameters, the optimizer's arrays and counters. */
  private become(state: ModelState): void {
    this.state = state;
    // It has the parameters of another moment.
    this.predictor = undefined;
  }

  /**
   * Loss and metrics on a data set, as `{ loss, accuracy, … }`. The same bits for any number of workers, and for a stream as for
   * its rows in memory.
   */
  async evaluate(x: MatrixInput, y: TargetInput, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(stream: BatchStream, options?: StreamEvaluateOptions): Promise<Logs>;
  async evaluate(
    x: MatrixInput | BatchStream,
    second?: TargetInput | StreamEvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<Logs> {
    const isStream = isBatchStream(x);
    const options: EvaluateOptions =
      (isStream ? streamOptions<StreamEvaluateOptions>('evaluate', second, third) : third) ?? {};
    checkKeys('evaluate options', options, isStream ? PREDICT_KEYS : EVALUATE_KEYS);
    const { objective } = this.objective('evaluate');
    const batchSize = checkInteger('batchSize', options.batchSize ?? DEFAULT_SWEEP_BATCH);
    const choices = { kernels: chooseKernels(options), workers: options.workers ?? 'auto' };
    const context = { model: this.model, objective };
    // What the model is now: it may be trained on while the stream is waited for.
    const { state } = this;
    if (isStream) {
      resolveWorkers(choices.workers, 0);
      const stream = await openEvaluation(context, x, batchSize);
      return evaluateStream(this.model, state, objective, stream, choices);
    }
    const data = readDataSet(context, '', x, second as TargetInput, options.sampleWeight);
    return evaluateModel(this.model, state, objective, data, { ...choices, batchSize });
  }

  /**
   * The model's outputs, samples × outputs. Small inputs are computed here, large ones in worker threads. Of a stream of batches
   * `{ x }`, the outputs of all its rows, one after the other; its inputs are not kept.
   */
  async predict(x: MatrixInput | BatchStream, options: PredictOptions = {}): Promise<NdArray<Float32Array>> {
    checkKeys('predict options', options, PREDICT_KEYS);
    const batchSize = checkInteger('batchSize', options.batchSize ?? DEFAULT_SWEEP_BATCH);
    const choices = { batchSize, kernels: chooseKernels(options), workers: options.workers ?? 'auto' };
    if (isBatchStream(x)) {
      resolveWorkers(choices.workers, 0);
      return predictStream(this.model, this.state, new BatchReader(x, 'the stream'), choices);
    }
    const table = inputTable('x', x, this.model.inputCols, this.model.inputShape);
    return predictWithPool(this.model, this.state, table, choices);
  }

  /** The model's outputs, at once: for single rows and small batches in a request handler. */
  predictSync(x: MatrixInput | NdArray | readonly number[] | Float32Array): NdArray<Float32Array> {
    this.predictor ??= new Predictor(this.model, this.state, chooseKernels({}));
    return this.predictor.predict(x);
  }

  /**
   * Gradients of the mean loss over all rows of x, penalties and dropout left out, one array per trainable parameter. batchNorm normalises by
   * the mean and variance of these rows, as a training step does.
   */
  async gradients(
    x: MatrixInput,
    y: TargetInput,
    options: GradientOptions = {},
  ): Promise<NdArray<Float32Array>[]> {
    checkKeys('gradients options', options, GRADIENT_KEYS);
    const { objective } = this.objective('gradients');
    const data = readDataSet({ model: this.model, objective }, '', x, y, options.sampleWeight);
    return computeGradients(this.model, this.state, objective, data, chooseKernels(options));
  }

  /** Copies of the parameters in layer order: kernel `[in, out]`, bias `[out]`, …; of batchNorm gamma, beta, moving mean and moving variance. */
  getWeights(): NdArray<Float32Array>[] {
    return this.model.parameters.map(({ name, shape }) => ({
      data: Float32Array.from(this.state.parameters.get(name)!),
      shape: [...shape],
    }));
  }

  /** Replaces all parameters. @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE` or `ERR_ARGUMENT`, with nothing changed. */
  setWeights(weights: readonly NdArray[]): void {
    if (this.fitting) throw this.busy();
    const { parameters } = this.model;
    if (!Array.isArray(weights) || weights.length !== parameters.length) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `${parameters.length} arrays, as getWeights returns`,
        given: String((weights as readonly NdArray[] | undefined)?.length),
        mend: 'Pass one array per parameter, in layer order.',
      });
    }
    const next = new Map<string, Float32Array>();
    parameters.forEach(({ name, shape, cols, notNegative }, i) => {
      const given = weights[i]!;
      if (JSON.stringify(given?.shape) !== JSON.stringify(shape)) {
        throw new SteepestError('ERR_SHAPE', {
          expected: `${name} with shape ${JSON.stringify(shape)}`,
          given: JSON.stringify(given?.shape),
          mend: 'Pass the arrays in the order of getWeights.',
        });
      }
      const matrix = { data: given.data, shape: [given.data.length / cols, cols] };
      const values = Float32Array.from(targetTable(name, matrix, cols, undefined).data);
      if (notNegative && values.some((v) => v < 0)) {
        throw new SteepestError('ERR_ARGUMENT', {
          expected: `${name} to have numbers of at least 0, as variances are`,
          given: String(values.find((v) => v < 0)),
          mend: 'Pass the arrays in the order of getWeights: gamma, beta, moving mean, moving variance.',
        });
      }
      next.set(name, values);
    });
    this.become({ ...this.state, parameters: next });
  }

  /** A table of the layers: output shape and parameters of each. */
  summary(): string {
    return summarize(this.model);
  }

  /**
   * The step program as a table: every op with its shapes, bytes, FLOPs, phase and split.
   * @param options.batchSize rows per step. Default 32.
   */
  explain(options: { batchSize?: number; workers?: number } = {}): string {
    checkKeys('explain options', options, ['batchSize', 'workers']);
    const batchSize = checkInteger('batchSize', options.batchSize ?? DEFAULT_BATCH);
    const workers = checkInteger('workers', options.workers ?? 1);
    const { objective } = this.objective('explain');
    return explainProgram(this.model, objective, { batchSize, workers });
  }

  /** Writes weights and description to one safetensors file; the file is whole or not there at all. */
  async save(path: string | URL): Promise<void> {
    await saveModel(path, this.config, this.model, this.state, this.compiled?.options);
  }

  /**
   * Takes over the optimizer's arrays and counters of a saved model.
   * @internal
   */
  resume(state: ModelState): void {
    this.become(state);
  }

  /**
   * What training has changed so far, for {@link resume}.
   * @internal
   */
  trainingState(): ModelState {
    return this.state;
  }

  private objective(what: string): { options: Required<CompileOptions>; objective: Objective } {
    if (this.compiled !== undefined) return this.compiled;
    throw new SteepestError('ERR_NOT_COMPILED', {
      expected: `compile() before ${what}()`,
      given: 'a model without loss',
      mend: "Call model.compile({ optimizer: 'adam', loss: … }) first.",
    });
  }

  private busy(): SteepestError {
    return new SteepestError('ERR_BUSY', {
      expected: 'one fit of a model at a time',
      given: 'a call while a fit runs',
      mend: 'Await the fit, or use a second model.',
    });
  }
}

/** The options behind a stream, which brings its own targets. */
function streamOptions<T extends object>(what: string, second: unknown, third: unknown): T | undefined {
  const isOptions =
    second === undefined ||
    (typeof second === 'object' &&
      second !== null &&
      !Array.isArray(second) &&
      !ArrayBuffer.isView(second) &&
      !('data' in second));
  if (isOptions && third === undefined) return second as T | undefined;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}(stream, options) with batches { x, y }`,
    given: 'targets beside the stream',
    mend: `Put y into the batches and pass the options second.`,
  });
}

function checkFitKeys(isStream: boolean, options: object): void {
  if (isStream && 'validationSplit' in options) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'no validationSplit with a stream, whose end is not known',
      given: `validationSplit: ${String(options.validationSplit)}`,
      mend: 'Pass validationData: [x, y], or a second stream.',
    });
  }
  checkKeys('fit options', options, isStream ? STREAM_FIT_KEYS : FIT_KEYS);
}

/** Makes a model of layers in a row, with fresh parameters. */
export function sequential(config: SequentialConfig): Sequential {
  checkKeys('sequential options', config, ['layers', 'seed']);
  return new Sequential(config);
}
