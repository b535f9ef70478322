import { SteepestError } from '../../core/errors.js';
import { isFlag, isNames } from '../../core/guards.js';
import type { Matrix } from '../../core/matrix.js';
import { isNdArray } from '../../core/ndarray.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { allocate, type TableInput, type TableOutput } from '../base/columns.js';
import { BaseEstimator, type ScoreOptions } from '../base/estimator.js';
import { readFeatures } from '../base/features.js';
import { checkOptions } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import type { FittedOn, TargetsFor } from '../base/predictionForm.js';
import { attribute, type SavedState } from '../base/saved.js';
import { regressionScore } from '../base/score.js';
import { readTargets } from '../base/targets.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import { LinearRegression } from '../linearRegression.js';
import {
  checkNetworkOptions,
  checkTakesOptions,
  NETWORK_FIT_KEYS,
  type NetworkFitOptions,
} from '../network/trainNetwork.js';
import type { Graph } from '../onnx/graph.js';
import { onnxSource, onnxTable } from '../onnx/source.js';
import type { OnnxColumns, OnnxTable } from '../onnx/table.js';
import { FunctionTransformer } from '../preprocessing/functionTransformer.js';
import {
  checkFunctionChoice,
  type FunctionChoice,
  isBack,
  warnNotInverse,
} from '../preprocessing/namedFunctions.js';
import {
  calling,
  method,
  type NamedStep,
  nestedParams,
  SEPARATOR,
  type Step,
  savedSteps,
  splitParams,
  stepOf,
  stepsFromSaved,
  type WithNetworks,
  withParams,
} from './steps.js';

/** Hyperparameters of `TransformedTargetRegressor`. */
export interface TransformedTargetRegressorParams {
  /** Learns the transformed targets: a `LinearRegression` by default. */
  regressor: Step | undefined;
  /** Transforms targets, and takes predictions back: a scaler, for example. */
  transformer: Step | undefined;
  /** In its place a function of one number, or the name of one, such as 'log1p'. */
  func: FunctionChoice | undefined;
  /** The inverse of `func`; by default that of its name. */
  inverseFunc: FunctionChoice | undefined;
  /** Warn in `fit` if the inverse does not take targets back (true). */
  checkInverse: boolean;
}

function checkStep(name: string, value: unknown): Step {
  const step = stepOf(value);
  if (step !== undefined) return step;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} to be an estimator`,
    given: show(value),
    hint: 'Write regressor: new Ridge(), transformer: new StandardScaler().',
  });
}

const SPECS: ParamSpecs<TransformedTargetRegressorParams> = {
  regressor: param.optional(param.custom<Step>(undefined as never, checkStep)),
  transformer: param.optional(param.custom<Step>(undefined as never, checkStep)),
  func: param.optional(param.custom<FunctionChoice>('identity', checkFunctionChoice)),
  inverseFunc: param.optional(param.custom<FunctionChoice>('identity', checkFunctionChoice)),
  checkInverse: param.boolean(true),
};

/** Fitted copies. */
interface Fitted {
  regressor: Step;
  transformer: Step;
  /** y was a plain list, and predictions are. */
  isVector: boolean;
}

const FITTED = ['fitted.regressor', 'fitted.transformer'] as const;

/**
 * Learns transformed targets, and takes predictions back: logarithms of prices, for example. `fit`
 * fits copies: they are `regressor` and `transformer`.
 * @example
 * ```ts
 * import { LinearRegression, TransformedTargetRegressor } from 'steepest';
 * // Amounts that double: a line through their logarithms.
 * const regressor = new LinearRegression();
 * const model = new TransformedTargetRegressor({ regressor, func: 'log' });
 * const fitted = await model.fit([[1], [2], [3]], [20, 40, 80]);
 * console.log(fitted.predictSync([[4]])[0]!.toFixed(2)); // 160.00
 * ```
 */
export class TransformedTargetRegressor extends BaseEstimator<TransformedTargetRegressorParams> {
  private learned: Fitted | undefined;

  constructor(params: WithNetworks<TransformedTargetRegressorParams> = {}) {
    // The check of an estimator makes one of a network.
    super('TransformedTargetRegressor', SPECS, params as Partial<TransformedTargetRegressorParams>);
  }

  /** The own parameters, and those of the estimators as regressor__alpha. */
  override getParams(): TransformedTargetRegressorParams & Record<string, unknown> {
    return { ...this.params, ...nestedParams(stepsIn(this.params)) };
  }

  /**
   * Like `Pipeline.setParams`.
   * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then
   */
  override setParams(given: WithNetworks<TransformedTargetRegressorParams> & Record<string, unknown>): this {
    const { own, nested } = splitParams(this.type, given, (name, value) => {
      const isStepName = name === 'regressor' || name === 'transformer';
      return name.includes(SEPARATOR) || (isStepName && value !== undefined && stepOf(value) === undefined);
    });
    let params = this.resolved(own as Partial<TransformedTargetRegressorParams>);
    if (Object.keys(nested).length > 0) {
      // The default is a step, too: its parameters can be set.
      const regressor = params.regressor ?? (new LinearRegression() as unknown as Step);
      const steps = stepsIn({ ...params, regressor });
      params = { ...params, ...Object.fromEntries(withParams(this.type, steps, nested)) };
    }
    this.params = params;
    return this;
  }

  /** True if the regressor does. @internal */
  override get takesCallbacks(): boolean {
    return (this.params.regressor as { takesCallbacks?: boolean } | undefined)?.takesCallbacks === true;
  }

  /** True if the regressor does. @internal */
  override get trainsNetwork(): boolean {
    return (this.params.regressor as { trainsNetwork?: boolean } | undefined)?.trainsNetwork === true;
  }

  /** The same with clones of the estimators. */
  override clone(): this {
    const Class = this.constructor as new (params: Partial<TransformedTargetRegressorParams>) => this;
    const steps = stepsIn(this.params).map(([name, step]) => [name, step.clone()] as const);
    return new Class({ ...this.params, ...Object.fromEntries(steps) });
  }

  /**
   * @param y one number per row, rows × targets, or the name of their column in x
   * @param options `callbacks`, `progress` and `resume` are for a regressor that takes them
   * @throws SteepestError `ERR_ARGUMENT` for both a transformer and functions; what the estimators
   *   throw
   */
  async fit<const Y extends TargetsFor<this>>(
    x: TableInput,
    y: Y,
    options: NetworkFitOptions = {},
  ): Promise<FittedOn<this, Y, TableInput>> {
    checkOptions('TransformedTargetRegressor.fit', options, NETWORK_FIT_KEYS);
    checkNetworkOptions(options);
    const transformer = this.newTransformer();
    checkTakesOptions(this, options, this.params.regressor?.type ?? 'LinearRegression');
    const { regressor: own } = this.params;
    const regressor = own === undefined ? (new LinearRegression() as unknown as Step) : own.clone();
    const given = separateTarget('X', x, y);
    const rows = reading('y', () => countOf(given.y));
    const { data, cols, isVector } = readTargets('y', given.y as TargetInput, rows, 'y');
    const targets = { data, shape: [rows, cols] };
    const run = method(transformer, 'fitTransform', 'a transformer');
    method(transformer, 'inverseTransform', 'a transformer');
    const learn = method(regressor, 'fit', 'a regressor');
    const { signal } = options;
    const changed = numbersOf((await run(targets, undefined, { signal })) as TableOutput, rows);
    if (this.params.checkInverse) await this.tryInverse(transformer, targets.data, rows, cols);
    await learn(given.x, isVector && changed.shape[1] === 1 ? changed.data : changed, options);
    this.learned = { regressor, transformer, isVector };
    return this as FittedOn<this, Y, TableInput>;
  }

  /** @throws SteepestError `ERR_ARGUMENT` for both a transformer and functions, or half a pair */
  private newTransformer(): Step {
    const { transformer, func, inverseFunc } = this.params;
    const hasFunctions = func !== undefined || inverseFunc !== undefined;
    if (transformer !== undefined && hasFunctions) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'transformer, or func with inverseFunc',
        given: 'both',
        hint: 'Leave one of them out.',
      });
    }
    if (transformer !== undefined) return transformer.clone();
    if (func === undefined && inverseFunc !== undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'func together with inverseFunc',
        given: 'inverseFunc alone',
        hint: "Write func: 'log1p', which brings its inverse along.",
      });
    }
    // Targets are tried below, for every kind of transformer.
    const params = { func: func ?? 'identity', checkInverse: false } as const;
    const made = new FunctionTransformer(inverseFunc === undefined ? params : { ...params, inverseFunc });
    return made as unknown as Step;
  }

  /** Warns unless some targets come back. */
  private async tryInverse(transformer: Step, data: Float64Array, rows: number, cols: number): Promise<void> {
    const step = Math.max(1, Math.floor(rows / TRIED));
    const tried = Array.from({ length: Math.ceil(rows / step) }, (_, i) =>
      Array.from(data.subarray(i * step * cols, (i * step + 1) * cols)),
    );
    const there = await method(transformer, 'transform', 'a transformer')(tried);
    const back = (await method(transformer, 'inverseTransform', 'a transformer')(there)) as TableOutput;
    const flat = tried.flat();
    const { data: returned } = numbersOf(back, tried.length);
    const at = flat.findIndex((value, i) => !isBack(value, returned[i]!));
    if (at >= 0) warnNotInverse(this.type, flat[at]!, returned[at]!);
  }

  /**
   * Predictions, taken back: one number per row, or rows × targets if y had columns.
   * @throws SteepestError `ERR_NOT_FITTED`; what the estimators throw
   */
  async predict(x: TableInput): Promise<Float64Array | Matrix<Float64Array>> {
    const { isVector } = this.ready('predict()');
    return vectorIf(isVector, await workInSlices(this.predicting(x, '')));
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of its cells or an object of them by name. Same bits.
   * @throws SteepestError `ERR_ARGUMENT` for a regressor without `predictSync`, or a transformer
   *   without `inverseTransformSync`
   */
  predictSync(x: TableInput | RowInput): Float64Array | Matrix<Float64Array> {
    const { isVector } = this.ready('predictSync()');
    return vectorIf(isVector, workAtOnce(this.predicting(rowsOf(x), 'Sync')));
  }

  private *predicting(x: TableInput, manner: Manner): Work<Matrix<Float64Array>> {
    const { regressor, transformer } = this.ready(`predict${manner}()`);
    const given = (yield* calling(regressor, `predict${manner}`, 'a regressor', x)) as
      | Float64Array
      | Matrix<Float64Array>;
    const table = isNdArray(given) ? given : { data: given, shape: [given.length, 1] };
    const back = yield* calling(transformer, `inverseTransform${manner}`, 'a transformer', table);
    return numbersOf(back as TableOutput, table.shape[0]!);
  }

  /** R² of the predictions, taken back (mean over targets). */
  async score(x: TableInput, y: TargetInput | string, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return regressionScore(given.y as TargetInput, await workInSlices(this.predicting(given.x, '')), options);
  }

  override onnxColumns(): OnnxColumns {
    return onnxSource(this.ready('toOnnx()').regressor).onnxColumns();
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const { regressor, transformer } = this.ready('toOnnx()');
    const predicted = onnxSource(regressor).writeOnnx(graph.within('regressor'), table);
    return onnxSource(transformer).writeOnnxInverse(graph.within('transformer'), onnxTable(predicted));
  }

  /** Names of the columns of the fit, if they had names. @throws SteepestError `ERR_NOT_FITTED` */
  override get featureNamesIn(): readonly string[] | undefined {
    return (this.ready('featureNamesIn').regressor as { featureNamesIn?: readonly string[] }).featureNamesIn;
  }

  /** The fitted regressor. @throws SteepestError `ERR_NOT_FITTED` */
  get regressor(): Step {
    return this.ready('regressor').regressor;
  }

  /** The fitted transformer of targets. @throws SteepestError `ERR_NOT_FITTED` */
  get transformer(): Step {
    return this.ready('transformer').transformer;
  }

  private ready(what: string): Fitted {
    if (this.learned === undefined) throw this.notFitted(what);
    return this.learned;
  }

  protected override savedParams(): object {
    const { func, inverseFunc, checkInverse } = this.params;
    return { func, inverseFunc, checkInverse };
  }

  protected fittedState(): SavedState {
    const own = stepsIn(this.params);
    const fitted: NamedStep[] =
      this.learned === undefined
        ? []
        : [
            [FITTED[0], this.learned.regressor],
            [FITTED[1], this.learned.transformer],
          ];
    return {
      tensors: {},
      attributes: {
        own: own.map(([name]) => name),
        ...(this.learned === undefined ? {} : { isVector: this.learned.isVector }),
      },
      children: { ...savedSteps(own.map(([name, step]) => [`own.${name}`, step])), ...savedSteps(fitted) },
    };
  }

  protected restoreState(state: SavedState): void {
    const own = attribute(state, 'own', isNames);
    const steps = stepsFromSaved(
      own.map((name) => `own.${name}`),
      state.children,
    );
    super.setParams(Object.fromEntries(own.map((name, i) => [name, steps[i]![1]])));
    if (!('isVector' in state.attributes)) return;
    const isVector = attribute(state, 'isVector', isFlag);
    const [regressor, transformer] = stepsFromSaved(FITTED, state.children).map(([, step]) => step);
    this.learned = { regressor: regressor!, transformer: transformer!, isVector };
  }
}

/** The estimators among the parameters. */
const stepsIn = ({ regressor, transformer }: TransformedTargetRegressorParams): NamedStep[] =>
  Object.entries({ regressor, transformer }).filter(
    (entry): entry is [string, Step] => entry[1] !== undefined,
  );

/** Rows that are tried for `checkInverse`. */
const TRIED = 100;

/** The number of rows of targets, which `readTargets` then checks. */
function countOf(y: unknown): number {
  if (typeof y !== 'object' || y === null) return 0;
  if (isNdArray(y)) return y.shape[0] ?? 0;
  return (y as { length?: number }).length ?? 0;
}

const vectorIf = (isVector: boolean, matrix: Matrix<Float64Array>): Float64Array | Matrix<Float64Array> =>
  isVector ? matrix.data : matrix;

/** A transformed table as numbers. */
function numbersOf(table: TableOutput, rows: number): Matrix<Float64Array> {
  const { data, cols } = readFeatures('transformed targets', table);
  const result = allocate(rows, cols);
  result.data.set(data);
  return result;
}
