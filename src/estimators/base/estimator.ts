import { SteepestError } from '../../core/errors.js';
import type { NdArray, WeightInput } from '../../core/ndarray.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { checkReadOptions, type ReadOptions } from '../../data/limits/readLimits.js';
import { fromFile, type ModelSource } from '../../io/modelFile.js';
import type { Graph } from '../onnx/graph.js';
import { type EstimatorOnnxOptions, onnxBytes, saveOnnx } from '../onnx/options.js';
import {
  noOnnxForm,
  noOnnxInverse,
  type OnnxInverse,
  type OnnxResult,
  type OnnxSource,
} from '../onnx/source.js';
import { numberColumns, type OnnxColumns, type OnnxTable } from '../onnx/table.js';
import type { TableInput, TableOutput } from './columns.js';
import { describeEstimator } from './describe.js';
import type { FeatureInput, FittedColumns } from './features.js';
import type { Label, LabelInput } from './labels.js';
import { defaultParams, type ParamSpecs, resolveParams } from './params.js';
import { readSaved, type SavedEstimator, type SavedState, savedBytes, writeSaved } from './saved.js';

/** Options that every `fit` accepts. */
export interface EstimatorFitOptions {
  /** One weight per row, at least 0. */
  sampleWeight?: WeightInput;
  /** Ends the fit with `ERR_ABORTED`; the estimator keeps what it learned before. */
  signal?: AbortSignal;
}

/** The methods of all estimators besides `fit`. */
export interface Configurable {
  /** A copy of the hyperparameters. */
  getParams(): object;
  /** Changes hyperparameters; what was learned stays until the next fit. */
  setParams(params: object): this;
  /** A new, unfitted estimator with the same hyperparameters. */
  clone(): this;
}

/** One weight per row, used in scores. */
export interface ScoreOptions {
  sampleWeight?: WeightInput;
}

/** Predicts numbers. */
export interface Regressor extends Configurable {
  /** Learns from rows and their values; y may name columns of x. */
  fit(x: FeatureInput, y: TargetInput | ColumnNames, options?: EstimatorFitOptions): Promise<this>;
  /** One number per row, or rows × targets where y had columns. */
  predict(x: FeatureInput): Promise<Float64Array | NdArray<Float64Array>>;
  /** R² of the prediction (mean over targets). */
  score(x: FeatureInput, y: TargetInput | ColumnNames, options?: ScoreOptions): Promise<number>;
}

/** Predicts classes. */
export interface Classifier extends Configurable {
  /** Learns from rows and their classes; y may name a column of x. */
  fit(x: FeatureInput, y: LabelInput | ColumnNames, options?: EstimatorFitOptions): Promise<this>;
  /** The classes in the order of the columns of `predictProba`: sorted. */
  readonly classes: readonly Label[];
  /** One class per row, with the type of y. */
  predict(x: FeatureInput): Promise<Label[]>;
  /** rows × classes. */
  predictProba(x: FeatureInput): Promise<NdArray<Float64Array>>;
  /** Fraction of rows whose class is predicted correctly. */
  score(x: FeatureInput, y: LabelInput | ColumnNames, options?: ScoreOptions): Promise<number>;
}

/**
 * Converts one table to another.
 * @example
 * ```ts
 * import { MinMaxScaler, StandardScaler, type Transformer } from 'steepest';
 * const scalers: Transformer[] = [new StandardScaler(), new MinMaxScaler()];
 * for (const scaler of scalers) await scaler.fit([[1], [3]]);
 * console.log(scalers.length); // 2
 * ```
 */
export interface Transformer extends Configurable {
  /** Learns from a table what `transform` needs. */
  fit(x: TableInput, y?: unknown, options?: EstimatorFitOptions): Promise<this>;
  /** Numbers, or a table if text or names remain. */
  transform(x: TableInput): Promise<TableOutput>;
  /** `fit`, then `transform` of the same table. */
  fitTransform(x: TableInput, y?: unknown, options?: EstimatorFitOptions): Promise<TableOutput>;
  /** Recovers the input, if that is possible. */
  inverseTransform?(x: TableInput): Promise<TableOutput>;
  /** Names of the columns that `transform` returns. */
  getFeatureNamesOut?(inputNames?: readonly string[]): string[];
}

/**
 * Anything with hyperparameters that learns from a table.
 * @example
 * ```ts
 * import { type Estimator, Ridge, StandardScaler } from 'steepest';
 * const estimators: Estimator[] = [new StandardScaler(), new Ridge()];
 * console.log(estimators.map(String)); // [ 'StandardScaler()', 'Ridge()' ]
 * ```
 */
export type Estimator = Regressor | Classifier | Transformer;

/** Creates an estimator of a class from hyperparameters. */
export type EstimatorConstructor<E> = new (params?: never) => E;

/** Hyperparameters, saving and the "not fitted" error, which all estimators share. */
export abstract class BaseEstimator<P extends object> implements OnnxSource, OnnxInverse {
  protected params: P;

  /**
   * @param type the class's name in files
   * @param specs every hyperparameter
   */
  protected constructor(
    readonly type: string,
    private readonly specs: ParamSpecs<P>,
    given: Partial<P>,
  ) {
    this.params = resolveParams(type, specs, defaultParams(specs), given);
  }

  /**
   * A copy of the hyperparameters.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * console.log(new Ridge({ alpha: 2 }).getParams().alpha); // 2
   * ```
   */
  getParams(): P {
    return { ...this.params };
  }

  /**
   * Changes hyperparameters; what was learned stays until the next fit.
   * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * console.log(String(new Ridge().setParams({ alpha: 2 }))); // Ridge({ alpha: 2 })
   * ```
   */
  setParams(given: Partial<P>): this {
    this.params = this.resolved(given);
    return this;
  }

  /** The hyperparameters with some given anew. @throws SteepestError as {@link setParams} */
  protected resolved(given: Partial<P>): P {
    return resolveParams(this.type, this.specs, this.params, given);
  }

  /**
   * A new, unfitted estimator with the same hyperparameters.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const model = await new Ridge({ alpha: 2 }).fit([[0], [1]], [0, 1]);
   * console.log(String(model.clone())); // Ridge({ alpha: 2 })
   * ```
   */
  clone(): this {
    const Class = this.constructor as new (params: P) => this;
    return new Class(this.getParams());
  }

  /**
   * Names of the columns of the fit, in their order; undefined if they had no names.
   * @throws SteepestError `ERR_NOT_FITTED`
   * @example
   * ```ts
   * import { data, Ridge } from 'steepest';
   * const table = new data.DataTable({ area: [50, 80], rooms: [2, 3] });
   * console.log((await new Ridge().fit(table, [1, 2])).featureNamesIn); // [ 'area', 'rooms' ]
   * ```
   */
  get featureNamesIn(): readonly string[] | undefined {
    return this.fittedColumns('featureNamesIn')?.names;
  }

  /**
   * Whether `fit` has the option `callbacks`, whatever the hyperparameters are.
   * @internal
   */
  get takesCallbacks(): boolean {
    return false;
  }

  /**
   * Whether `fit` has the options `progress` and `resume`, whatever the hyperparameters are.
   * @internal
   */
  get trainsNetwork(): boolean {
    return false;
  }

  /** The columns of the fit; undefined for what does not learn from columns. */
  protected fittedColumns(_what: string): FittedColumns | undefined {
    return undefined;
  }

  /** What was learned, or undefined before the first fit. */
  protected abstract fittedState(): SavedState | undefined;

  /**
   * Restores the state that {@link fittedState} returned. @throws SteepestError `ERR_MODEL_FILE` if
   * it is inconsistent.
   */
  protected abstract restoreState(state: SavedState): void;

  /**
   * Hyperparameters and what was learned, as plain data.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const model = await new Ridge().fit([[1], [2]], [1, 2]);
   * console.log(model.toSaved().type); // Ridge
   * ```
   */
  toSaved(): SavedEstimator {
    return { type: this.type, params: { ...this.savedParams() }, state: this.fittedState() };
  }

  /** @internal */
  fromSaved(saved: SavedEstimator): this {
    if (saved.state !== undefined) this.restoreState(saved.state);
    return this;
  }

  /** Hyperparameters as JSON; nested estimators are part of the estimator's state instead. */
  protected savedParams(): object {
    return this.params;
  }

  /**
   * Writes hyperparameters and what was learned to one safetensors file, atomically. `path` may be
   * a `file:` URL.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const model = await new Ridge().fit([[1], [2]], [1, 2]);
   * await model.save('ridge.safetensors');
   * const again = await Ridge.load('ridge.safetensors');
   * console.log(again.coef.data[0] === model.coef.data[0]); // true
   * ```
   */
  async save(path: string | URL): Promise<void> {
    await writeSaved(path, this.toSaved());
  }

  /**
   * The bytes that {@link save} writes: for a database, a message or a request.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const bytes = (await new Ridge().fit([[1], [2]], [1, 2])).toBytes();
   * console.log((await Ridge.load(bytes)).coef.shape); // [ 1, 1 ]
   * ```
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return savedBytes(this.toSaved());
  }

  /**
   * What `predict` or `transform` computes as an ONNX model (opset 18), for onnxruntime in
   * browsers, on servers and in other languages. Columns with names or text are an input each,
   * [N, 1]; others are the input `X`, [N, columns]. Classifiers have the outputs `label` and
   * `probabilities` (or `scores`), all others `output`. A text that is empty stands for a gap.
   * @returns the bytes of an .onnx file
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_UNKNOWN_NAME`; `ERR_ARGUMENT`, also for what ONNX
   *   cannot express, such as functions of your own
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const model = await new Ridge().fit([[1], [2]], [1, 2]);
   * console.log(model.toOnnx().length > 100); // true
   * ```
   */
  toOnnx(options: EstimatorOnnxOptions = {}): Uint8Array<ArrayBuffer> {
    return onnxBytes(this, options);
  }

  /**
   * Writes what {@link toOnnx} returns to a file, atomically.
   * @throws SteepestError as {@link toOnnx}; `ERR_MODEL_FILE` if the file cannot be written
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * const model = await new Ridge().fit([[1], [2]], [1, 2]);
   * await model.saveOnnx('ridge.onnx');
   * ```
   */
  async saveOnnx(path: string | URL, options: EstimatorOnnxOptions = {}): Promise<void> {
    await saveOnnx(path, this, options);
  }

  /** The columns that a graph needs. @internal */
  onnxColumns(): OnnxColumns {
    const columns = this.fittedColumns('toOnnx()');
    if (columns === undefined) throw noOnnxForm(this.type);
    return numberColumns(columns);
  }

  /** Adds the nodes that predict or transform. @internal */
  writeOnnx(_graph: Graph, _table: OnnxTable): OnnxResult {
    throw noOnnxForm(this.type);
  }

  /** Adds the nodes that take the results of a transformer back. @internal */
  writeOnnxInverse(_graph: Graph, _table: OnnxTable): OnnxTable {
    throw noOnnxInverse(this.type);
  }

  /**
   * Reads an estimator of this class that {@link save} wrote.
   * @param source a path, a `file:` URL, or the file's bytes
   * @param options `limits`: the largest file in bytes and the longest time in milliseconds
   * @throws SteepestError `ERR_MODEL_FILE` for a damaged file or one of another class;
   * `ERR_DATA_LIMIT` for a file beyond `limits`
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * await (await new Ridge({ alpha: 3 }).fit([[1], [2]], [1, 2])).save('ridge.safetensors');
   * console.log((await Ridge.load('ridge.safetensors')).getParams().alpha); // 3
   * ```
   */
  static async load<E extends BaseEstimator<object>>(
    this: EstimatorConstructor<E>,
    source: ModelSource,
    options: ReadOptions = {},
  ): Promise<E> {
    const saved = await readSaved(source, checkReadOptions('load', options));
    // biome-ignore lint/complexity/noThisInStatic: a subclass loads itself.
    const Class = this as unknown as new (params: object) => E;
    const fresh = new Class({});
    if (saved.type !== fresh.type) {
      throw new SteepestError('ERR_MODEL_FILE', {
        expected: `a saved ${fresh.type}`,
        given: `a saved ${saved.type}`,
        hint: `Use ${saved.type}.load or loadEstimator.`,
      });
    }
    return fromFile(`a ${fresh.type}`, () => new Class(saved.params).fromSaved(saved));
  }

  /**
   * The class and the hyperparameters that differ from their defaults, such as `Ridge({ alpha: 2
   * })`.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * console.log(String(new Ridge({ alpha: 2 }))); // Ridge({ alpha: 2 })
   * ```
   */
  toString(): string {
    return describeEstimator(this.type, this.params, defaultParams(this.specs));
  }

  /** What `console.log` prints: the same as {@link toString}. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * For `JSON.stringify`: the class and the hyperparameters, without what was learned. To keep
   * that, use {@link save}.
   * @example
   * ```ts
   * import { Ridge } from 'steepest';
   * console.log(JSON.stringify(new Ridge({ alpha: 2 })).includes('"alpha":2')); // true
   * ```
   */
  toJSON(): { type: string; params: object } {
    return { type: this.type, params: this.params };
  }

  protected notFitted(what: string): SteepestError {
    return new SteepestError('ERR_NOT_FITTED', {
      expected: `fit() before ${what}`,
      given: `a ${this.type} that has learned nothing yet`,
      hint: 'Call await estimator.fit(X, y) first.',
    });
  }
}
