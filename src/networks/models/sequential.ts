import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type NdArray, type NumberRow, ndArray } from '../../core/ndarray.js';
import type { SampleInput, TargetInput } from '../../data/arrayInputs.js';
import { BatchReader, type BatchStream, isBatchStream } from '../../data/batches.js';
import { inputTable } from '../../data/sharedRows.js';
import { chooseKernels } from '../../kernels/kernelOptions.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { resolveWorkers } from '../../parallel/workers.js';
import { stepFlops } from '../../program/cost.js';
import { trainable } from '../../program/parameters.js';
import { explainProgram } from '../compile/explain.js';
import { type ModelConfig, type ResolvedModel, resolveModel } from '../compile/model.js';
import { objectiveText } from '../compile/objectiveText.js';
import type { LayerConfig } from '../layers/definition.js';
import { evaluateModel, evaluateStream } from '../training/evaluate.js';
import { type History, runFitRequest } from '../training/fit.js';
import { computeGradients } from '../training/gradients.js';
import type { Logs } from '../training/logs.js';
import { layoutFit } from '../training/plan.js';
import { Predictor, predictStream, predictWithPool } from '../training/predict.js';
import { initialState, type ModelState } from '../training/state.js';
import { type CompileConfig, type Compiled, type CompileOptions, resolveCompile } from './compileOptions.js';
import { describeModel } from './describe.js';
import type {
  AllFitOptions,
  EvaluateOptions,
  FitOptions,
  GradientOptions,
  PredictOptions,
  StreamEvaluateOptions,
  StreamFitOptions,
} from './fitOptions.js';
import { openEvaluation, openFitData, readDataSet } from './inputs.js';
import {
  COMPILE_OPTIONS,
  checkOptionNames,
  EVALUATE_OPTIONS,
  EXPLAIN_OPTIONS,
  FIT_OPTIONS,
  GRADIENT_OPTIONS,
  PREDICT_OPTIONS,
  refuseOptions,
  SEQUENTIAL_OPTIONS,
  STREAM_EVALUATE_OPTIONS,
  STREAM_FIT_OPTIONS,
} from './optionNames.js';
import {
  DEFAULT_BATCH,
  optionsBehindStream,
  refuseBatch,
  resolveFitOptions,
  resolveSweepOptions,
} from './resolveOptions.js';
import { saveModel } from './save.js';
import { summarize } from './summary.js';
import { readWeights } from './weights.js';

export interface SequentialConfig {
  /** Layers in order; the first has `inputShape`. */
  layers: readonly LayerConfig[];
  /** Whole number from 0 to 2³² − 1 that every random choice is a function of. Default 0. */
  seed?: number;
}

/** Layers in sequence, with a Keras-style API. Make one with {@link sequential}. */
export class Sequential {
  private readonly model: ResolvedModel;
  private state: ModelState;
  private compiled: Compiled | undefined;
  private predictor: Predictor | undefined;
  private fitting = false;

  constructor(config: SequentialConfig, state?: ModelState) {
    checkOptionNames('sequential options', config, SEQUENTIAL_OPTIONS);
    const { seed = 0, layers } = config;
    this.model = resolveModel({ seed, layers: layers as LayerConfig[] });
    this.state = state ?? initialState(this.model.parameters, this.model.seed);
  }

  static {
    // By its name, so that node:util need not be loaded; not
    // a method, so that no editor suggests it.
    Object.defineProperty(Sequential.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Sequential, depth: number, { depth: levels }: { depth: number }): string {
        return describeModel(this.model, this.compiled, this.state, { depth, levels });
      },
    });
  }

  /** The model's description as plain data. */
  get config(): ModelConfig {
    return {
      seed: this.model.seed,
      layers: this.model.layers.map(({ config, name }) => ({ ...config, name })),
    };
  }

  /**
   * What `JSON.stringify` writes: the description, of which
   * `sequential` makes a fresh model. Weights go into `save`.
   */
  toJSON(): ModelConfig {
    return this.config;
  }

  /**
   * Chooses loss, optimizer and metrics. Starts the optimizer anew; parameters stay.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` or `ERR_SHAPE`.
   */
  compile(options: CompileOptions): this {
    checkOptionNames('compile options', options, COMPILE_OPTIONS);
    if (this.fitting) throw this.busy();
    this.compiled = resolveCompile(this.model, options);
    this.state = { ...this.state, slots: new Map(), step: 0 };
    return this;
  }

  /**
   * What the model was compiled with, every hyperparameter included, as plain data that `compile`
   * takes; undefined before.
   */
  get compileConfig(): CompileConfig | undefined {
    return this.compiled && structuredClone(this.compiled.config);
  }

  /**
   * Trains on mini-batches in worker threads; this thread stays free.
   *
   * @param x samples × inputs: rows as lists or typed arrays, `{ data, shape }` with any numeric
   * typed array, or images as nested lists
   * @param y class numbers for sparseCategoricalCrossentropy, otherwise samples × outputs
   * @throws SteepestError for every kind of bad input before training starts; `ERR_DIVERGED`,
   * `ERR_ABORTED` or `ERR_WORKER_LOST` later, with the parameters of the last good step kept.
   */
  async fit(x: SampleInput, y: TargetInput, options?: FitOptions): Promise<{ history: History }>;
  /**
   * Trains on a stream of batches `{ x, y }`, in memory that does not
   * grow with it. Batches may have any number of rows: they are cut into
   * mini-batches of `batchSize` anew. The stream is begun once per epoch.
   *
   * @param stream an AsyncIterable or Iterable of batches that
   * can be iterated again, or a function that returns one
   * @throws SteepestError as for arrays, but what is wrong with a row or with the stream shows only
   * when it comes; errors that the stream itself throws pass through. The model then keeps the
   * parameters of the mini-batches before it.
   */
  async fit(stream: BatchStream, options?: StreamFitOptions): Promise<{ history: History }>;
  async fit(
    x: SampleInput | BatchStream,
    second?: TargetInput | StreamFitOptions,
    third?: FitOptions,
  ): Promise<{ history: History }> {
    const isStream = isBatchStream(x);
    if (!isStream) refuseBatch('fit', x);
    const options: AllFitOptions = isStream
      ? optionsBehindStream<StreamFitOptions>('fit', second, third)
      : third === undefined
        ? {}
        : third;
    checkOptionNames('fit options', options, isStream ? STREAM_FIT_OPTIONS : FIT_OPTIONS);
    const { objective, config } = this.objective('fit');
    if (this.fitting) throw this.busy();
    const choices = resolveFitOptions(options);
    if (trainable(this.model.parameters).length === 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'a model with parameters to train',
        given: 'layers without any',
        hint: 'Add a dense layer.',
      });
    }
    this.fitting = true;
    try {
      const input = isStream ? x : { x, y: second as TargetInput };
      const context = { model: this.model, objective };
      const { close, ...data } = await openFitData(context, input, options, choices);
      try {
        const flops = stepFlops(layoutFit(this.model, objective, data, { ...choices, workers: 1 }).train.ops);
        const run = () =>
          runFitRequest({
            ...choices,
            ...data,
            model: this.model,
            objective,
            optimizer: config.optimizer,
            state: this.state,
            onState: (state) => this.become(state),
            workers: resolveWorkers(choices.workers, flops),
          });
        // A stream has given batches that will not come again.
        const isAgainPossible = !data.trainStream && !data.validationStream;
        return await (isAgainPossible ? withFewerThreads(run) : run());
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
   * Loss and metrics on a data set, as `{ loss, accuracy, … }`. The same bits for any number of
   * workers, and for a stream as for its rows in memory.
   */
  async evaluate(x: SampleInput, y: TargetInput, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(stream: BatchStream, options?: StreamEvaluateOptions): Promise<Logs>;
  async evaluate(
    x: SampleInput | BatchStream,
    second?: TargetInput | StreamEvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<Logs> {
    const isStream = isBatchStream(x);
    if (!isStream) refuseBatch('evaluate', x);
    const options: EvaluateOptions = isStream
      ? optionsBehindStream<StreamEvaluateOptions>('evaluate', second, third)
      : third === undefined
        ? {}
        : third;
    checkOptionNames('evaluate options', options, isStream ? STREAM_EVALUATE_OPTIONS : EVALUATE_OPTIONS);
    const { objective } = this.objective('evaluate');
    const choices = resolveSweepOptions(options);
    const context = { model: this.model, objective };
    // What the model is now: it may be trained on while the stream is waited for.
    const { state } = this;
    if (isStream) {
      const stream = await openEvaluation(context, x, choices.batchSize);
      return evaluateStream(this.model, state, objective, stream, choices);
    }
    const data = readDataSet(context, '', x, second as TargetInput, options.sampleWeight);
    return withFewerThreads(() => evaluateModel(this.model, state, objective, data, choices));
  }

  /**
   * The model's outputs, samples × outputs. Small inputs are computed here,
   * large ones in worker threads. Of a stream of batches `{ x }`, the
   * outputs of all its rows, one after the other; its inputs are not kept.
   */
  async predict(x: SampleInput | BatchStream, options: PredictOptions = {}): Promise<NdArray<Float32Array>> {
    checkOptionNames('predict options', options, PREDICT_OPTIONS);
    const choices = resolveSweepOptions(options);
    if (isBatchStream(x)) {
      return predictStream(this.model, this.state, new BatchReader(x, 'the stream'), choices);
    }
    const table = inputTable('x', x, this.model.inputCols, this.model.inputShape);
    const { state } = this;
    return withFewerThreads(() => predictWithPool(this.model, state, table, choices));
  }

  /** The model's outputs, at once: for single rows and small batches in a request handler. */
  predictSync(x: SampleInput | NumberRow, none?: undefined): NdArray<Float32Array> {
    if (none !== undefined) refuseOptions('predictSync', 'predict(x, options)', none);
    this.predictor ??= new Predictor(this.model, this.state, chooseKernels({}));
    return this.predictor.predict(x);
  }

  /**
   * Gradients of the mean loss over all rows of x, penalties and dropout
   * left out, one array per trainable parameter. batchNorm normalises by
   * the mean and variance of these rows, as a training step does.
   */
  async gradients(
    x: SampleInput,
    y: TargetInput,
    options: GradientOptions = {},
  ): Promise<NdArray<Float32Array>[]> {
    checkOptionNames('gradients options', options, GRADIENT_OPTIONS);
    const { objective } = this.objective('gradients');
    const data = readDataSet({ model: this.model, objective }, '', x, y, options.sampleWeight);
    return computeGradients(this.model, this.state, objective, data, chooseKernels(options));
  }

  /**
   * Copies of the parameters in layer order: kernel `[in, out]`, bias `[out]`, …; of batchNorm
   * gamma, beta, moving mean and moving variance.
   */
  getWeights(): NdArray<Float32Array>[] {
    const { parameters } = this.state;
    return this.model.parameters.map(({ name, shape }) =>
      ndArray(Float32Array.from(parameters.get(name)!), [...shape]),
    );
  }

  /**
   * Replaces all parameters.
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE` or `ERR_ARGUMENT`, with nothing changed.
   */
  setWeights(weights: readonly NdArray[]): void {
    if (this.fitting) throw this.busy();
    const next = readWeights(this.model.parameters, weights);
    this.become({ ...this.state, parameters: next });
  }

  /**
   * A table of the layers, with output shape and parameters of each; below it optimizer, loss and
   * metrics of a compiled model.
   */
  summary(): string {
    const table = summarize(this.model);
    return this.compiled === undefined ? table : `${table}\n${objectiveText(this.compiled.objective)}`;
  }

  /**
   * The step program as a table: every op with its shapes, bytes, FLOPs, phase and split.
   * @param options.batchSize rows per step. Default 32.
   */
  explain(options: { batchSize?: number; workers?: number } = {}): string {
    checkOptionNames('explain options', options, EXPLAIN_OPTIONS);
    const { batchSize = DEFAULT_BATCH, workers = 1 } = options;
    const sizes = { batchSize: checkInteger('batchSize', batchSize), workers: resolveWorkers(workers, 0) };
    const { objective } = this.objective('explain');
    return explainProgram(this.model, objective, sizes);
  }

  /**
   * Writes weights and description to one safetensors file, atomically.
   */
  async save(path: string | URL): Promise<void> {
    await saveModel(path, this.config, this.model, this.state, this.compiled?.config);
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

  private objective(what: string): Compiled {
    if (this.compiled !== undefined) return this.compiled;
    throw new SteepestError('ERR_NOT_COMPILED', {
      expected: `compile() before ${what}()`,
      given: 'a model without loss',
      hint: "Call model.compile({ optimizer: 'adam', loss: … }) first.",
    });
  }

  private busy(): SteepestError {
    return new SteepestError('ERR_BUSY', {
      expected: 'one fit of a model at a time',
      given: 'a call while a fit runs',
      hint: 'Await the fit, or use a second model.',
    });
  }
}

/** Makes a model of layers in a row, with fresh parameters. */
export function sequential(config: SequentialConfig): Sequential {
  return new Sequential(config);
}
