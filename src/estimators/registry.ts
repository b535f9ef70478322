import { SteepestError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { NdArray } from '../core/ndarray.js';
import { show } from '../core/show.js';
import type { TargetInput } from '../data/arrayInputs.js';
import { checkReadOptions, type ReadOptions } from '../data/limits/readLimits.js';
import { fromFile, type ModelSource } from '../io/modelFile.js';
import type { TableInput, TableOutput } from './base/columns.js';
import { BaseEstimator, type EstimatorConstructor, type ScoreOptions } from './base/estimator.js';
import type { Label, LabelInput } from './base/labels.js';
import { readSaved, type SavedEstimator } from './base/saved.js';
import type { RowInput } from './base/work.js';

type AnyEstimator = BaseEstimator<object>;
type AnyConstructor = new (params: never) => AnyEstimator;

/**
 * Every class that can be saved, by its name in files. A class outside this table cannot be loaded
 * by name.
 */
const classes = new Map<string, AnyConstructor>();

/**
 * Registers a class for {@link loadEstimator} and for estimators that contain others. Called once
 * per class, in `index.ts`.
 */
export function registerEstimator(type: string, Class: AnyConstructor): void {
  classes.set(type, Class);
}

/**
 * The names of all classes that can be saved.
 * @example
 * ```ts
 * import { estimatorTypes } from 'steepest';
 * console.log(estimatorTypes().includes('Ridge')); // true
 * ```
 */
export function estimatorTypes(): readonly string[] {
  return [...classes.keys()];
}

/** Creates an estimator from plain data. @throws SteepestError `ERR_MODEL_FILE` */
export function estimatorFromSaved(saved: SavedEstimator): AnyEstimator {
  const Class = classes.get(saved.type);
  if (Class === undefined) {
    throw new SteepestError('ERR_MODEL_FILE', {
      expected: `an estimator of a known type (${estimatorTypes().join(', ')})`,
      given: `'${saved.type}'`,
      hint: 'Load it with the release that saved it, or a later one.',
    });
  }
  return new Class(saved.params as never).fromSaved(saved);
}

/**
 * An estimator of any class. It has the predictor and transformer methods of its class. If you know
 * the class, pass it to get its type: `loadEstimator(path, StandardScaler)`.
 */
export interface LoadedEstimator extends AnyEstimator {
  /**
   * One class per row, with the type of y; or one number per row; or rows × targets if y had
   * columns.
   */
  predict(x: TableInput): Promise<Label[] | Float64Array | Matrix<Float64Array>>;
  /** The same at once, for one row or a few. */
  predictSync(x: TableInput | RowInput): Label[] | Float64Array | Matrix<Float64Array>;
  /** rows × classes. */
  predictProba(x: TableInput): Promise<Matrix<Float64Array>>;
  /** The same at once, for one row or a few. */
  predictProbaSync(x: TableInput | RowInput): Matrix<Float64Array>;
  /** The signed distance of each row to the decision boundary of each class. */
  decisionFunction(x: TableInput): Promise<Float64Array | NdArray<Float64Array>>;
  /** The same at once, for one row or a few. */
  decisionFunctionSync(x: TableInput | RowInput): Float64Array | NdArray<Float64Array>;
  /** Fraction of rows whose class is predicted correctly, or R². */
  score(x: TableInput, y: LabelInput | TargetInput, options?: ScoreOptions): Promise<number>;
  /** What a transformer makes of a table. */
  transform(x: TableInput): Promise<TableOutput>;
  /** The same at once, for one row or a few. */
  transformSync(x: TableInput | RowInput): TableOutput;
  /** The table that `transform` was given, as far as it can be known again. */
  inverseTransform(x: TableInput): Promise<TableOutput>;
  /** The same at once, for one row or a few. */
  inverseTransformSync(x: TableInput | RowInput): TableOutput;
}

/**
 * Reads any estimator that `save` wrote.
 * @param source a path, a `file:` URL, or the file's bytes
 * @param options `limits`: the largest file in bytes and the longest time in milliseconds
 * @throws SteepestError `ERR_DATA_LIMIT` for a file beyond `limits`; `ERR_MODEL_FILE`, also for an
 *   estimator of another class, networks, which `load` reads, and files of other programs, which
 *   the message names
 * @example
 * ```ts
 * import { loadEstimator, Ridge } from 'steepest';
 * await (await new Ridge().fit([[1], [2]], [1, 2])).save('ridge.safetensors');
 * const model = await loadEstimator('ridge.safetensors', Ridge);
 * console.log(model.getParams().alpha); // 1
 * ```
 */
export function loadEstimator(source: ModelSource, options?: ReadOptions): Promise<LoadedEstimator>;
/**
 * Reads an estimator of one class.
 * @param Class the class: another one is an error
 */
export function loadEstimator<E extends AnyEstimator>(
  source: ModelSource,
  Class: EstimatorConstructor<E>,
  options?: ReadOptions,
): Promise<E>;
export async function loadEstimator(
  source: ModelSource,
  second?: EstimatorConstructor<AnyEstimator> | ReadOptions,
  third?: ReadOptions,
): Promise<AnyEstimator> {
  const isPlain = typeof second === 'object' && second !== null && !(second instanceof BaseEstimator);
  const Class = isPlain ? undefined : second;
  const options = (isPlain ? second : third) ?? {};
  if (Class === undefined) {
    const saved = await readSaved(source, checkReadOptions('loadEstimator', options));
    return fromFile('an estimator', () => estimatorFromSaved(saved));
  }
  if (typeof Class !== 'function' || !(Class.prototype instanceof BaseEstimator)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'Class to be a class of estimators',
      given: show(Class),
      hint: 'Pass the class itself, for example LogisticRegression, or leave it out.',
    });
  }
  return await BaseEstimator.load.call(Class, source, options);
}
