import type { Matrix } from '../../core/matrix.js';
import type { NdArray, NumberRow } from '../../core/ndarray.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import type { BatchStream } from '../../data/batches.js';
import { chooseKernels } from '../../kernels/kernelOptions.js';
import type {
  CallbackHooks,
  TrainEndContext as EndContext,
  CallbackContext as HookContext,
} from '../callbacks/hooks.js';
import { explainProgram } from '../compile/explain.js';
import type { ResolvedModel } from '../compile/model.js';
import type { LearningRate } from '../schedules/index.js';
import { computeGradients } from '../training/gradients.js';
import { LiveRate } from '../training/liveRate.js';
import { Predictor } from '../training/predictor.js';
import { initialState, type ModelState, withNewOptimizer, withoutAverages } from '../training/state.js';
import { readArguments, refuseOptions } from './arguments.js';
import { Classes, type ClassProbability } from './classify.js';
import {
  type CompileConfig,
  type Compiled,
  type CompileOptions,
  checkCompileNames,
  recompile,
} from './compileOptions.js';
import { DescribedModel } from './described.js';
import { fitModel } from './fitModel.js';
import {
  type AllFitOptions,
  type ArrayFitOptions,
  checkFitNames,
  resolveFitOptions,
  type StreamOptions,
} from './fitOptions.js';
import { type InputContext, readDataSet } from './inputs.js';
import { type LayerTraining, withLayerTraining } from './layerTraining.js';
import {
  checkLearningRate,
  checkLiveRate,
  currentRate,
  restingClock,
  withLearningRate,
} from './learningRate.js';
import { busy, notCompiled } from './modelErrors.js';
import {
  isNamedFit,
  isNamedInput,
  ordered,
  orderedAtOnce,
  orderedFit,
  orderedSamples,
} from './namedInput.js';
import { overRanks } from './ranks/overRanks.js';
import { resolveConfig, type SequentialConfig } from './sequentialConfig.js';
import {
  checkEvaluateNames,
  checkGradientNames,
  type EvaluateOptions,
  type ExplainOptions,
  type GradientOptions,
  type PredictOptions,
  resolveExplainOptions,
  type StreamEvaluateOptions,
} from './sweepOptions.js';
import { evaluate, predict } from './sweeps.js';
import type { FitResult, Logs, Metrics, NamesOf } from './typedResults.js';
import { copyWeights, type NamedWeightOptions, namedWeights, readWeights } from './weights.js';

/**
 * A user's callback: an object with hooks, each called with one context `{ model, epoch, step, logs,
 * learningRate, stop(reason?) }`.
 * @example
 * ```ts
 * import type { Callback } from 'steepest';
 * const report: Callback = {
 *   onEpochEnd: ({ epoch, logs, stop }) => {
 *     if (logs.loss < 0.1) stop(`epoch ${epoch} is good enough`);
 *   },
 * };
 * ```
 */
export interface Callback<N extends string = never> extends CallbackHooks<Sequential<N>, Logs<N>> {}

/**
 * What every hook of a callback is called with.
 * @example
 * ```ts
 * import type { CallbackContext } from 'steepest';
 * const isGood = ({ logs }: CallbackContext<'accuracy'>) => logs.accuracy > 0.95;
 * ```
 */
export type CallbackContext<N extends string = never> = HookContext<Sequential<N>, Logs<N>>;
/**
 * What `onTrainEnd` is called with.
 * @example
 * ```ts
 * import type { TrainEndContext } from 'steepest';
 * const callback = { onTrainEnd: ({ error, step }: TrainEndContext) => error ?? step };
 * ```
 */
export type TrainEndContext<N extends string = never> = EndContext<Sequential<N>, Logs<N>>;

/**
 * Options of `fit` for arrays.
 * @example
 * ```ts
 * import type { FitOptions } from 'steepest';
 * const options: FitOptions = { epochs: 10, batchSize: 64, validationSplit: 0.1 };
 * ```
 */
export interface FitOptions<N extends string = never> extends ArrayFitOptions<Callback<N>> {}
/** Options of `fit` for streams. */
export interface StreamFitOptions<N extends string = never> extends StreamOptions<Callback<N>> {}

/**
 * Layers in sequence, with a Keras-style API. Create one with {@link sequential}.
 * @example
 * ```ts
 * import { layers, sequential } from 'steepest';
 * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
 * const { history } = await model.fit([[0], [1], [2], [3]], [1, 3, 5, 7], { epochs: 100 });
 * console.log(history.loss.length, model.predictSync([4]).toArray().flat().map(Math.round));
 * // 100 [ 9 ]
 * ```
 */
export class Sequential<N extends string = never> extends DescribedModel {
  protected model: ResolvedModel;
  protected state: ModelState;
  protected compiled: Compiled | undefined;
  private predictor: Predictor | undefined;
  /** The learning rate of the fit that runs; undefined if none does. */
  private liveRate: LiveRate | undefined;

  constructor(config: SequentialConfig, state?: ModelState) {
    super();
    this.model = resolveConfig(config);
    this.state = state ?? initialState(this.model.parameters, this.model.seed);
  }

  /**
   * Sets loss, optimizer and metrics. Parameters stay. The optimizer begins anew, unless
   * `keepState` is true. To change the learning rate alone, set `learningRate`.
   * @returns this model, whose `fit` and `evaluate` are typed by the metrics
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`, `ERR_SHAPE`; `ERR_BUSY` during a fit;
   *   with `keepState` also `ERR_NOT_COMPILED`. Nothing has changed then.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const compiled = model.compile({
   *   optimizer: { name: 'adam', learningRate: 0.01 },
   *   loss: 'meanSquaredError',
   *   metrics: ['mae'],
   * });
   * console.log(compiled === model, model.compileConfig?.metrics); // true [ 'mae' ]
   * ```
   */
  compile<M extends Metrics = readonly []>(options: CompileOptions<M>): Sequential<NamesOf<M>> {
    checkCompileNames(options);
    if (this.liveRate) throw busy();
    const given = options as unknown as CompileOptions;
    Object.assign(this, recompile(this.model, given, { compiled: this.compiled, state: this.state }));
    return this as unknown as Sequential<NamesOf<M>>;
  }

  /**
   * The learning rate of the next step, a number.
   *
   * Setting it replaces the optimizer's learning rate or schedule by a number, or by a schedule
   * which counts from now. Everything else of the optimizer stays: its arrays and its step counter.
   * A number can be set during a fit too, for example in a callback: all workers use it from the
   * same next step on. `save` keeps it.
   * @throws SteepestError `ERR_NOT_COMPILED`; when set also `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`,
   *   and nothing has changed then
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
   * model.learningRate = 0.01;
   * console.log(model.learningRate); // 0.01
   * ```
   */
  get learningRate(): number {
    const compiled = this.objective('learningRate');
    return currentRate(compiled, this.liveRate?.clock() ?? restingClock(this.state));
  }

  set learningRate(given: LearningRate) {
    const compiled = this.objective('learningRate');
    const rate = checkLearningRate(given);
    this.liveRate?.request(checkLiveRate(rate));
    this.compiled = withLearningRate(compiled, rate);
    this.state = { ...this.state, rate: { fromStep: this.state.step, epochs: 0 } };
  }

  /**
   * Freezes layers, lets them train again, or scales their learning rate: for transfer learning.
   * A frozen layer keeps its parameters, and a frozen batchNorm normalises by its moving mean and
   * variance. Layers without parameters are left as they are. Resets the optimizer, as `compile`
   * does, if other parameters are trained than before; parameters stay.
   * @param names one name or a list of names, as `summary` and `config.layers` show them
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` or `ERR_BUSY`; nothing is changed then
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({
   *   layers: [
   *     layers.dense({ units: 8, name: 'base', inputShape: [4] }),
   *     layers.dense({ units: 1, name: 'head' }),
   *   ],
   * });
   * model.configureLayers('base', { trainable: false });
   * console.log(JSON.stringify(model.config.layers[0]).includes('"trainable":false')); // true
   * ```
   */
  configureLayers(names: string | readonly string[], options: LayerTraining): this {
    if (this.liveRate) throw busy();
    const next = withLayerTraining(this.model, names, options);
    const isSame = next.parameters.every((p, i) => p.trainable === this.model.parameters[i]!.trainable);
    this.model = next;
    this.become(isSame ? this.state : withNewOptimizer(this.state));
    return this;
  }

  /**
   * The arguments of `compile`, with every hyperparameter, as plain data that `compile` accepts;
   * undefined before `compile`.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
   * console.log(model.compileConfig?.optimizer);
   * // { name: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false }
   * ```
   */
  get compileConfig(): CompileConfig | undefined {
    return this.compiled && structuredClone(this.compiled.config);
  }

  /**
   * Trains on mini-batches in worker threads; this thread stays free.
   *
   * @param x samples × inputs: rows as lists or typed arrays, `{ data, shape }` with any numeric
   *   typed array, a table with named columns, or images as nested lists
   * @param y class numbers for sparseCategoricalCrossentropy, otherwise samples × outputs. If the
   *   model has class names: also a name per sample, for every loss of classes. For a table also
   *   the name of its target column, or a list of names
   * @throws SteepestError for invalid input before training starts; later `ERR_DIVERGED`,
   *   `ERR_ABORTED` or `ERR_WORKER_LOST`, and the model keeps the parameters of the last good step.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
   * const result = await model.fit([[0], [1], [2], [3]], [1, 3, 5, 7], {
   *   epochs: 20,
   *   batchSize: 2,
   *   validationData: [[[4]], [9]],
   * });
   * console.log(Object.keys(result.history)); // [ 'loss', 'valLoss' ]
   * ```
   */
  async fit(x: SampleInput, y: ClassInput, options?: FitOptions<N>): Promise<FitResult<N>>;
  /**
   * Trains on a stream of batches `{ x, y }`, in an amount of memory that does not depend on its
   * length. Batches may have any number of rows; the rows are regrouped into mini-batches of
   * `batchSize`. The stream is read once per epoch, unless `stepsPerEpoch` is given.
   *
   * @param stream an AsyncIterable or Iterable of batches that can be iterated again, or a function
   *   that returns one
   * @throws SteepestError as for arrays, but faults of rows and of the stream are detected only
   *   when they arrive; errors thrown by the stream itself are passed on unchanged. The model then
   *   keeps the parameters after the mini-batches before the fault.
   */
  async fit(stream: BatchStream, options?: StreamFitOptions<N>): Promise<FitResult<N>>;
  async fit(
    x: SampleInput | BatchStream,
    second?: ClassInput | StreamFitOptions,
    third?: FitOptions,
  ): Promise<FitResult<N>> {
    const { stream, options } = readArguments<AllFitOptions<Callback<N>>>('fit', x, second, third);
    checkFitNames(options, stream !== undefined);
    const compiled = this.objective('fit');
    if (this.liveRate) throw busy();
    const given = resolveFitOptions(options);
    const liveRate = new LiveRate(this.state);
    this.liveRate = liveRate;
    const { model, state } = this;
    const trained = {
      liveRate,
      facade: this,
      state: () => this.state,
      onState: (next: ModelState) => this.become(next),
    };
    try {
      const result = await overRanks(given.cluster, trained, async (ranks) => {
        const choices = ranks.choices(given);
        const input = stream ?? { x: x as SampleInput, y: second as ClassInput };
        const data = isNamedFit(input, choices)
          ? await orderedFit(model, input, choices)
          : { model, input, choices };
        this.model = data.model;
        const subject = { ...trained, model: this.model, compiled, modelConfig: this.config };
        return fitModel(subject, data.input, options, data.choices, ranks);
      });
      return result as FitResult<N>;
    } catch (error) {
      if (this.state === state) this.model = model;
      throw error;
    } finally {
      this.liveRate = undefined;
    }
  }

  /** Sets parameters, the optimizer's arrays and counters. */
  private become(state: ModelState): void {
    const { fromStep, epochs } = state.rate;
    // A rate that was set during a fit is already in `compiled`.
    this.state = { ...state, rate: { fromStep, epochs } };
    // The cached predictor has old parameters.
    this.predictor = undefined;
  }

  /**
   * Loss and metrics on a data set, as `{ loss, accuracy, … }`. Bit-identical for any number of
   * workers, and for a stream and the same rows in memory.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] });
   * const model = sequential({ layers: [layer] });
   * model.compile({ loss: 'meanSquaredError' });
   * console.log(await model.evaluate([[0], [1]], [1, 4])); // { loss: 5 }
   * ```
   */
  async evaluate(x: SampleInput, y: ClassInput, options?: EvaluateOptions): Promise<Logs<N>>;
  async evaluate(stream: BatchStream, options?: StreamEvaluateOptions): Promise<Logs<N>>;
  async evaluate(
    x: SampleInput | BatchStream,
    second?: ClassInput | StreamEvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<Logs<N>> {
    const { stream, options } = readArguments<EvaluateOptions>('evaluate', x, second, third);
    checkEvaluateNames(options, stream !== undefined);
    const { objective } = this.objective('evaluate');
    const { model, state } = this;
    const given = { x: x as SampleInput, y: second as ClassInput };
    const input = stream ?? (isNamedInput(x, second) ? await ordered(model, given.x, given.y) : given);
    // That state: the model may be trained while this call waits for the stream.
    return evaluate({ model, objective }, state, input, options) as Promise<Logs<N>>;
  }

  /**
   * The model's outputs, samples × outputs. Small inputs are computed on this thread, large ones in
   * worker threads. For a stream of batches `{ x }`: the outputs of all its rows, in order; its
   * inputs are not kept.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * const output = await model.predict([[0, 0], [1, 2]]);
   * console.log(output.shape, output.data.constructor.name); // [ 2, 1 ] Float32Array
   * ```
   */
  async predict(x: SampleInput | BatchStream, options: PredictOptions = {}): Promise<Matrix<Float32Array>> {
    const { model, state } = this;
    return predict(model, state, isNamedInput(x) ? await orderedSamples(model, x) : x, options);
  }

  /**
   * The class of each row: the one with the largest output; with a single output the second class
   * if its probability is above 0.5. Of equal ones it is the first. Logits are treated as such if
   * the model is compiled with a loss with `fromLogits`.
   * @returns class names, or class numbers if the model has no names
   * @throws SteepestError as `predict`; `ERR_ARGUMENT` for a model of values
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({
   *   layers: [
   *     layers.dense({ units: 3, kernelInitializer: 'identity', inputShape: [3] }),
   *     layers.activation({ activation: 'softmax' }),
   *   ],
   *   classes: ['red', 'green', 'blue'],
   * });
   * console.log(await model.predictClasses([[1, 0, 0], [0, 0, 1]])); // [ 'red', 'blue' ]
   * ```
   */
  async predictClasses(
    x: SampleInput | BatchStream,
    options: PredictOptions = {},
  ): Promise<string[] | number[]> {
    const classes = new Classes('predictClasses', this.model, this.compiled);
    return classes.best(await this.predict(x, options));
  }

  /**
   * The most probable classes of each row, with their probabilities, the highest first; equal ones
   * in class order. Logits become probabilities (softmax or sigmoid, in float64).
   * @param k how many classes per row, at most all of them
   * @throws SteepestError as `predict`; `ERR_ARGUMENT` for a model of values, for outputs that are
   *   not probabilities, and for a k above the number of classes
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({
   *   layers: [
   *     layers.dense({ units: 3, kernelInitializer: 'identity', inputShape: [3] }),
   *     layers.activation({ activation: 'softmax' }),
   *   ],
   *   classes: ['red', 'green', 'blue'],
   * });
   * const [best] = await model.predictTop([[9, 0, 0]], 1);
   * console.log(best?.map((one) => `${one.class} ${one.probability.toFixed(3)}`));
   * // [ 'red 1.000' ]
   * ```
   */
  async predictTop(
    x: SampleInput | BatchStream,
    k: number,
    options: PredictOptions = {},
  ): Promise<ClassProbability[][]> {
    const classes = new Classes('predictTop', this.model, this.compiled);
    const most = classes.checkTop(k);
    return classes.top(await this.predict(x, options), most);
  }

  /**
   * The model's outputs, computed synchronously: for single rows and small batches, for example in
   * a request handler.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * model.setWeights([
   *   { data: Float32Array.of(2, 3), shape: [2, 1] },
   *   { data: Float32Array.of(1), shape: [1] },
   * ]);
   * console.log(model.predictSync([10, 1]).toArray()); // [ [ 24 ] ]
   * ```
   */
  predictSync(x: SampleInput | NumberRow, none?: undefined): Matrix<Float32Array> {
    if (none !== undefined) refuseOptions('predictSync', 'predict(x, options)', none);
    this.predictor ??= new Predictor(this.model, this.state, chooseKernels({}));
    return this.predictor.predict(isNamedInput(x) ? orderedAtOnce(this.model, x as SampleInput) : x);
  }

  /**
   * Gradients of the mean loss over all rows of x, without penalties and dropout, one array per
   * trainable parameter. batchNorm uses the mean and variance of these rows, as in a training step.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const layer = layers.dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] });
   * const model = sequential({ layers: [layer] });
   * model.compile({ loss: 'meanSquaredError' });
   * const [kernel, bias] = await model.gradients([[1], [3]], [2, 8]);
   * console.log(kernel?.toArray(), [...(bias?.data ?? [])]); // [ [ -16 ] ] [ -6 ]
   * ```
   */
  async gradients(
    x: SampleInput,
    y: ClassInput,
    options: GradientOptions = {},
  ): Promise<Matrix<Float32Array>[]> {
    checkGradientNames(options);
    const { objective } = this.objective('gradients');
    const { model, state } = this;
    const input = isNamedInput(x, y) ? await ordered(model, x, y) : { x, y };
    const data = await readDataSet({ model, objective }, '', input.x, input.y, options.sampleWeight);
    return computeGradients(model, state, objective, data, chooseKernels(options));
  }

  /**
   * Copies of the parameters in layer order: kernel `[in, out]`, bias `[out]`, …; for batchNorm
   * gamma, beta, moving mean and moving variance. With options: by name, also as PyTorch has them.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * console.log(model.getWeights().map(({ shape }) => shape)); // [ [ 2, 1 ], [ 1 ] ]
   * console.log(Object.keys(model.getWeights({ layout: 'pytorch' }))); // [ '0.weight', '0.bias' ]
   * ```
   */
  getWeights(): Matrix<Float32Array>[];
  getWeights(options: NamedWeightOptions): Record<string, Matrix<Float32Array>>;
  getWeights(options?: NamedWeightOptions): Matrix<Float32Array>[] | Record<string, Matrix<Float32Array>> {
    const { model, state } = this;
    if (options === undefined) return copyWeights(model.parameters, state.parameters);
    return namedWeights(model, state.parameters, options);
  }

  /**
   * Replaces all parameters, by a list in layer order or by arrays by name, of which each is used
   * once.
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`;
   *   nothing is changed then.
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
   * model.setWeights({
   *   'dense_1/kernel': { data: Float32Array.of(2, 3), shape: [2, 1] },
   *   'dense_1/bias': { data: Float32Array.of(1), shape: [1] },
   * });
   * console.log(model.predictSync([10, 1]).toArray()); // [ [ 24 ] ]
   * ```
   */
  setWeights(weights: readonly NdArray[]): void;
  setWeights(weights: Readonly<Record<string, NdArray>>, options?: NamedWeightOptions): void;
  setWeights(
    weights: readonly NdArray[] | Readonly<Record<string, NdArray>>,
    options?: NamedWeightOptions,
  ): void {
    if (this.liveRate) throw busy();
    const next = readWeights(this.model, weights, options);
    this.become({ ...this.state, parameters: next, slots: withoutAverages(this.state.slots) });
  }

  /**
   * The step program as a table: every op with its shapes, bytes, FLOPs, phase and split.
   * @param options.batchSize rows per step. Default 32.
   * @param options.shards number of virtual shards, as in `fit`
   * @example
   * ```ts
   * import { layers, sequential } from 'steepest';
   * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
   * model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'meanSquaredError' });
   * console.log(model.explain({ batchSize: 4, workers: 1 }).includes('gemm')); // true
   * ```
   */
  explain(options: ExplainOptions = {}): string {
    const sizes = resolveExplainOptions(options);
    const { objective } = this.objective('explain');
    return explainProgram(this.model, objective, sizes);
  }

  /**
   * Sets the optimizer's arrays and counters of a saved model.
   * @internal
   */
  resume(state: ModelState): void {
    this.become(state);
  }

  /**
   * Everything that training has changed so far, for {@link resume}.
   * @internal
   */
  trainingState(): ModelState {
    return this.state;
  }

  /** What a training beside {@link fit} needs. @internal */
  trainingContext(): InputContext {
    return { model: this.model, objective: this.objective('training').objective };
  }

  private objective(what: string): Compiled {
    if (this.compiled !== undefined) return this.compiled;
    throw notCompiled(what);
  }
}

/**
 * Creates a model from a list of layers, with new parameters.
 * @example
 * ```ts
 * import { layers, sequential } from 'steepest';
 * const model = sequential({
 *   layers: [
 *     layers.dense({ units: 16, activation: 'relu', inputShape: [4] }),
 *     layers.dense({ units: 3, activation: 'softmax' }),
 *   ],
 *   classes: ['setosa', 'versicolor', 'virginica'],
 *   seed: 42,
 * });
 * console.log(model.predictSync([5.1, 3.5, 1.4, 0.2]).shape); // [ 1, 3 ]
 * ```
 */
export function sequential(config: SequentialConfig): Sequential {
  return new Sequential(config);
}
