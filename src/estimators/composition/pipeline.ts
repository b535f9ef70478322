import { checkAborted } from '../../core/abort.js';
import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isFlag, isNames } from '../../core/guards.js';
import type { Matrix } from '../../core/matrix.js';
import type { WeightInput } from '../../core/ndarray.js';
import { separateTarget } from '../../data/tables/target.js';
import type { TableInput, TableOutput } from '../base/columns.js';
import { BaseEstimator, type EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from '../base/fitOptions.js';
import type { Label } from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import type { FittedLike, TargetsFor } from '../base/predictionForm.js';
import { attribute, type SavedState } from '../base/saved.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import {
  checkNetworkOptions,
  checkTakesOptions,
  NETWORK_FIT_KEYS,
  type NetworkFitOptions,
} from '../network/trainNetwork.js';
import type { Graph } from '../onnx/graph.js';
import { type OnnxResult, onnxSource, onnxTable } from '../onnx/source.js';
import type { OnnxColumns, OnnxTable } from '../onnx/table.js';
import {
  calling,
  checkSteps,
  method,
  type NamedStep,
  nestedParams,
  type Step,
  savedSteps,
  stepsFromSaved,
  withParams,
} from './steps.js';

/** Hyperparameters of `Pipeline`. */
export interface PipelineParams {
  /** Names and estimators: transformers, then any estimator, or a compiled network, as the last. */
  steps: readonly NamedStep[];
}

const SPECS: ParamSpecs<PipelineParams> = { steps: param.custom<readonly NamedStep[]>([], checkSteps) };

/** What the last step predicts, if its class is not known. */
type Predicted = Label[] | Float64Array | Matrix<Float64Array>;

/** The return value of a method of the last step. */
type ResultOf<Last, Name extends string, Otherwise> =
  Last extends Record<Name, (...args: never[]) => infer R> ? R : Otherwise;

/**
 * A chain of transformers and a final estimator of any kind, as one estimator.
 *
 * `fit` fits copies of the steps and keeps them only if all succeed, so that a failed or aborted
 * fit changes nothing; the fitted ones are in `steps` and `namedSteps`. `sampleWeight` is passed
 * only to the last step.
 * @example
 * ```ts
 * import { Pipeline, Ridge, StandardScaler } from 'steepest';
 * const steps = [['scale', new StandardScaler()], ['ridge', new Ridge()]] as const;
 * const model = new Pipeline({ steps });
 * model.setParams({ ridge__alpha: 10 });
 * console.log(model.getParams().ridge__alpha); // 10
 * ```
 */
export class Pipeline<Last = Step> extends BaseEstimator<PipelineParams> {
  private isFitted = false;

  constructor(params: Partial<PipelineParams> = {}) {
    super('Pipeline', SPECS, params);
  }

  /** Names and estimators, in order. */
  get steps(): readonly NamedStep[] {
    return this.params.steps;
  }

  /** Estimators by name. */
  get namedSteps(): Readonly<Record<string, Step>> {
    return Object.fromEntries(this.params.steps);
  }

  /** The last step. */
  get last(): Last {
    return this.lastStep() as unknown as Last;
  }

  /** True if the last step predicts classes. */
  get isClassifier(): boolean {
    const last = this.lastStep();
    return 'isClassifier' in last ? last.isClassifier === true : 'predictProba' in last;
  }

  /** The classes of the last step. */
  get classes(): readonly Label[] {
    return (this.lastStep() as unknown as { classes: readonly Label[] }).classes;
  }

  /** `steps`, every step by its name, and every parameter of a step as step__param. */
  override getParams(): PipelineParams & Record<string, unknown> {
    return { steps: this.params.steps, ...nestedParams(this.params.steps) };
  }

  /**
   * `{ model__C: 1 }`, `{ model: { C: 1 } }` and `{ model: new Ridge() }` all work; so does `{
   * steps }`.
   * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then
   */
  override setParams(given: Partial<PipelineParams> & Record<string, unknown>): this {
    checkObject('parameters of pipeline', given);
    const { steps, ...rest } = given;
    const base = steps === undefined ? this.params.steps : checkSteps('steps', steps);
    this.params = { steps: withParams('pipeline', base, rest) };
    return this;
  }

  /** The same with clones of all steps. */
  override clone(): this {
    const Class = this.constructor as new (params: PipelineParams) => this;
    return new Class({ steps: this.params.steps.map(([name, step]) => [name, step.clone()] as const) });
  }

  /**
   * Fits and transforms step by step, then fits the last one.
   * @param options `callbacks` are for a last step that is a network or a perceptron, `progress`
   *   and `resume` for a network
   * @throws whatever the steps throw
   */
  async fit<const Y extends TargetsFor<this, unknown> = never>(
    x: TableInput,
    y?: Y,
    options: NetworkFitOptions = {},
  ): Promise<FittedLike<this, Last, Y, TableInput>> {
    checkOptions('Pipeline.fit', options, NETWORK_FIT_KEYS);
    checkNetworkOptions(options);
    const last = this.lastStep().clone();
    checkTakesOptions(this, options, `a pipeline that ends with ${this.lastStep().type}`);
    const given = separateTarget('X', x, y);
    const { done, output } = await this.fitTransformers(given.x, given.y, options);
    await method(last, 'fit', 'a last step')(output, given.y, options);
    this.takeOver([...done, last]);
    return this as FittedLike<this, Last, Y, TableInput>;
  }

  /** `fit`, then `transform`, for a pipeline that ends with a transformer. */
  async fitTransform(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<TableOutput> {
    checkOptions('Pipeline.fitTransform', options, WEIGHTED_FIT_KEYS);
    const last = this.lastStep().clone();
    const run = method(last, 'fitTransform', 'a last step');
    const given = separateTarget('X', x, y);
    const { done, output } = await this.fitTransformers(given.x, given.y, options);
    const result = (await run(output, given.y, options)) as TableOutput;
    this.takeOver([...done, last]);
    return result;
  }

  private async fitTransformers(
    x: TableInput,
    y: unknown,
    { signal }: EstimatorFitOptions,
  ): Promise<{ done: Step[]; output: TableInput }> {
    const { steps } = this.params;
    const done = steps.slice(0, -1).map(([, step]) => step.clone());
    const runs = done.map((step, i) => method(step, 'fitTransform', `step '${steps[i]![0]}' of a pipeline`));
    let output = x;
    for (const run of runs) {
      checkAborted(signal);
      output = (await run(output, y, { signal })) as TableInput;
    }
    checkAborted(signal);
    return { done, output };
  }

  /** True if the last step does. @internal */
  override get takesCallbacks(): boolean {
    return (this.lastStep() as { takesCallbacks?: boolean }).takesCallbacks === true;
  }

  /** True if the last step does. @internal */
  override get trainsNetwork(): boolean {
    return (this.lastStep() as { trainsNetwork?: boolean }).trainsNetwork === true;
  }

  private takeOver(fitted: readonly Step[]): void {
    this.params = { steps: this.params.steps.map(([name], i) => [name, fitted[i]!] as const) };
    this.isFitted = true;
  }

  /** The last step's prediction for the transformed rows. */
  predict(x: TableInput): ResultOf<Last, 'predict', Promise<Predicted>> {
    return workInSlices(this.finishing('predict', '', x)) as ResultOf<Last, 'predict', Promise<Predicted>>;
  }

  /**
   * rows × classes.
   * @throws SteepestError `ERR_ARGUMENT` if the last step has no probabilities
   */
  predictProba(x: TableInput): ResultOf<Last, 'predictProba', Promise<Matrix<Float64Array>>> {
    return workInSlices(this.finishing('predictProba', '', x)) as ResultOf<
      Last,
      'predictProba',
      Promise<Matrix<Float64Array>>
    >;
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of its cells or an object of them by name. Same bits.
   * @throws SteepestError `ERR_ARGUMENT` if a step has no such method
   */
  predictSync(x: TableInput | RowInput): ResultOf<Last, 'predictSync', Predicted> {
    return workAtOnce(this.finishing('predict', 'Sync', rowsOf(x))) as ResultOf<
      Last,
      'predictSync',
      Predicted
    >;
  }

  /** {@link predictProba} at once, as {@link predictSync}. */
  predictProbaSync(x: TableInput | RowInput): ResultOf<Last, 'predictProbaSync', Matrix<Float64Array>> {
    const result = workAtOnce(this.finishing('predictProba', 'Sync', rowsOf(x)));
    return result as ResultOf<Last, 'predictProbaSync', Matrix<Float64Array>>;
  }

  /** {@link transform} at once, as {@link predictSync}. */
  transformSync(x: TableInput | RowInput): ResultOf<Last, 'transformSync', TableOutput> {
    const result = workAtOnce(this.finishing('transform', 'Sync', rowsOf(x)));
    return result as ResultOf<Last, 'transformSync', TableOutput>;
  }

  /** The last step's decision function. @throws SteepestError `ERR_ARGUMENT` if it has none */
  decisionFunction(x: TableInput): ResultOf<Last, 'decisionFunction', Promise<unknown>> {
    return workInSlices(this.finishing('decisionFunction', '', x)) as ResultOf<
      Last,
      'decisionFunction',
      Promise<unknown>
    >;
  }

  /** {@link decisionFunction} at once, as {@link predictSync}. */
  decisionFunctionSync(x: TableInput | RowInput): ResultOf<Last, 'decisionFunctionSync', unknown> {
    const result = workAtOnce(this.finishing('decisionFunction', 'Sync', rowsOf(x)));
    return result as ResultOf<Last, 'decisionFunctionSync', unknown>;
  }

  /** The last step's score for the transformed rows. */
  async score(x: TableInput, y: unknown, options?: { sampleWeight?: WeightInput }): Promise<number> {
    const given = separateTarget('X', x, y);
    return (await workInSlices(this.finishing('score', '', given.x, given.y, options))) as number;
  }

  /** Applies all steps' transform, for a pipeline that ends with a transformer. */
  transform(x: TableInput): ResultOf<Last, 'transform', Promise<TableOutput>> {
    return workInSlices(this.finishing('transform', '', x)) as ResultOf<
      Last,
      'transform',
      Promise<TableOutput>
    >;
  }

  /**
   * Applies all steps' inverseTransform, last to first.
   * @throws SteepestError `ERR_ARGUMENT` if a step has none
   */
  async inverseTransform(x: TableInput): Promise<TableOutput> {
    return workInSlices(this.inverting('', x));
  }

  /** {@link inverseTransform} at once, as {@link predictSync}. */
  inverseTransformSync(x: TableInput | RowInput): TableOutput {
    return workAtOnce(this.inverting('Sync', rowsOf(x)));
  }

  private *inverting(manner: Manner, x: TableInput): Work<TableOutput> {
    this.ready(`inverseTransform${manner}()`);
    const runs = this.params.steps.map(([name, step]) =>
      method(step, `inverseTransform${manner}`, `step '${name}' of a pipeline`),
    );
    let output: unknown = x;
    for (const run of runs.reverse()) {
      const given = output;
      output = yield () => run(given);
    }
    return output as TableOutput;
  }

  /** Those of the first step. @throws SteepestError `ERR_NOT_FITTED` */
  override get featureNamesIn(): readonly string[] | undefined {
    this.ready('featureNamesIn');
    return (this.params.steps[0]![1] as { featureNamesIn?: readonly string[] }).featureNamesIn;
  }

  /** Those of the first step. */
  override onnxColumns(): OnnxColumns {
    this.ready('toOnnx()');
    return onnxSource(this.params.steps[0]![1]).onnxColumns();
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxResult {
    this.ready('toOnnx()');
    return this.params.steps.reduce(
      (x: OnnxResult, [name, step]) => onnxSource(step).writeOnnx(graph.within(name), onnxTable(x)),
      table,
    );
  }

  override writeOnnxInverse(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    return this.params.steps.reduceRight(
      (x, [name, step]) => onnxSource(step).writeOnnxInverse(graph.within(name), x),
      table,
    );
  }

  private *finishing(
    name: string,
    manner: Manner,
    x: TableInput,
    ...more: readonly unknown[]
  ): Work<unknown> {
    this.ready(`${name}${manner}()`);
    const { steps } = this.params;
    const run = method(this.lastStep(), name + manner, 'a last step');
    let output: unknown = x;
    for (const [step, transformer] of steps.slice(0, -1)) {
      output = yield* calling(transformer, `transform${manner}`, `step '${step}' of a pipeline`, output);
    }
    return yield () => run(output, ...more);
  }

  /**
   * Names of the columns after all transformers.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_ARGUMENT`
   */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    this.ready('getFeatureNamesOut()');
    let names = inputNames;
    this.params.steps.forEach(([name, step], i) => {
      const isPredictor = i === this.params.steps.length - 1 && !('transform' in step);
      if (isPredictor) return;
      names = method(step, 'getFeatureNamesOut', `step '${name}'`)(names) as unknown as string[];
    });
    return [...(names ?? [])];
  }

  private lastStep(): Step {
    const last = this.params.steps[this.params.steps.length - 1];
    if (last !== undefined) return last[1];
    throw new SteepestError('ERR_EMPTY', {
      expected: 'a pipeline with at least one step',
      given: 'none',
      hint: 'Write pipeline(new StandardScaler(), new LogisticRegression()).',
    });
  }

  private ready(what: string): void {
    if (!this.isFitted) throw this.notFitted(what);
  }

  protected override savedParams(): object {
    return {};
  }

  /**
   * Steps are saved in the state even before a fit, because their parameters belong to the
   * pipeline.
   */
  protected fittedState(): SavedState {
    const { steps } = this.params;
    return {
      tensors: {},
      attributes: { order: steps.map(([name]) => name), fitted: this.isFitted },
      children: savedSteps(steps),
    };
  }

  protected restoreState(state: SavedState): void {
    const order = attribute(state, 'order', isNames);
    const isFitted = attribute(state, 'fitted', isFlag);
    this.params = { steps: checkSteps('steps', stepsFromSaved(order, state.children)) };
    this.isFitted = isFitted;
  }
}
