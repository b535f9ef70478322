import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import { checkReadOptions, type ReadOptions } from '../data/limits/readLimits.js';
import { ANY_MODEL, FORMATS, fromFile, type ModelSource, only, readModelFile } from '../io/modelFile.js';
import { networkFrom } from '../networks/models/load.js';
import { Sequential } from '../networks/models/sequential.js';
import { BaseEstimator, type EstimatorConstructor } from './base/estimator.js';
import { savedFrom } from './base/saved.js';
import type * as classes from './index.js';
import { estimatorFromSaved, type LoadedEstimator } from './registry.js';

type Exported = typeof classes;

/** The names of the classes of estimators. */
type EstimatorName = {
  [K in keyof Exported]: Exported[K] extends new (...args: never[]) => BaseEstimator<object> ? K : never;
}[keyof Exported];

/**
 * What `load` gives: a network, whose `type` is 'Sequential', or an estimator, whose `type` is the
 * name of its class.
 */
export type AnyModel = Sequential | (LoadedEstimator & { readonly type: EstimatorName });

/**
 * Reads a model that `save`, `toBytes` or a fit with `resume` wrote: a network or an estimator. It
 * can predict and be trained further.
 *
 * The file may be hostile: nothing in it is run, every size is checked against the file's bytes,
 * and nothing is returned unless all of it fits together. Time grows in proportion to the file, and
 * the event loop is served meanwhile. `type` and `instanceof` tell what was read; with a class as
 * the second argument, the result has that type.
 * @param source a path, a `file:` URL, or the file's bytes
 * @param options `limits`: the largest file in bytes and the longest time in milliseconds
 * @throws SteepestError `ERR_DATA_LIMIT` for a file beyond `limits`; `ERR_MODEL_FILE`, also for a
 *   model of another class and for files of other programs, which the message names; what was wrong
 *   with a description is its `cause`
 * @example
 * ```ts
 * import { load, Ridge } from 'steepest';
 * const model = await new Ridge({ alpha: 0 }).fit([[0], [1]], [1, 3]);
 * await model.save('ridge.safetensors');
 * const copy = await load('ridge.safetensors', Ridge);
 * console.log(String(copy), (await copy.score([[0], [1]], [1, 3])).toFixed(3));
 * // Ridge({ alpha: 0 }) 1.000
 * ```
 */
export async function load(source: ModelSource, options?: ReadOptions): Promise<AnyModel>;
/**
 * Reads a network.
 * @param Class `Sequential`: another model is an error
 */
export async function load(
  source: ModelSource,
  Class: typeof Sequential,
  options?: ReadOptions,
): Promise<Sequential>;
/**
 * Reads an estimator of one class.
 * @param Class the class: another model is an error
 */
export async function load<E extends BaseEstimator<object>>(
  source: ModelSource,
  Class: EstimatorConstructor<E>,
  options?: ReadOptions,
): Promise<E>;
export async function load(
  source: ModelSource,
  second?: unknown,
  third?: ReadOptions,
): Promise<Sequential | BaseEstimator<object>> {
  const Class = typeof second === 'function' ? second : undefined;
  if (Class === undefined && second !== undefined && third !== undefined) refuseClass(second);
  const limits = checkReadOptions(
    'load',
    third ?? (Class === undefined ? (second as ReadOptions) : {}) ?? {},
  );
  if (Class === Sequential) return readModelFile(source, only(FORMATS.network), limits, networkFrom);
  if (Class !== undefined) {
    if (!(Class.prototype instanceof BaseEstimator)) refuseClass(Class);
    return BaseEstimator.load.call(Class as EstimatorConstructor<BaseEstimator<object>>, source, {
      limits,
    });
  }
  return readModelFile(source, ANY_MODEL, limits, async (content, budget) => {
    if (content.metadata.format === FORMATS.network.format) return networkFrom(content, budget);
    return fromFile('an estimator', () => estimatorFromSaved(savedFrom(content)));
  });
}

function refuseClass(given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'Class to be Sequential or a class of estimators',
    given: show(given),
    hint: 'Pass the class itself, for example LogisticRegression, or leave it out.',
  });
}
