import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { checkReadOptions, type ReadOptions } from '../../data/limits/readLimits.js';
import { parseObject } from '../../io/description.js';
import { fromFile, type ModelSource, modelFileError, readBytes } from '../../io/modelFile.js';
import type { LoadedEstimator } from '../registry.js';
import { estimatorFromDump } from './convert.js';

/** What the Python function of docs/exchange.md writes. */
export interface SklearnDump {
  /** The version of scikit-learn. */
  sklearn: string;
  estimator: object;
}

/**
 * A fitted estimator of scikit-learn, from JSON with its class, parameters and fitted attributes.
 * docs/exchange.md has the Python function that writes it, and the classes that are read.
 *
 * The file may be hostile, as for `load`: it is plain data, and all of it has to fit together.
 * @param source a path, a `file:` URL, the file's bytes, or the object that it contains
 * @param options `limits`: the largest file in bytes and the longest time in milliseconds
 * @throws SteepestError `ERR_MODEL_FILE`, also for classes that are not read, which the message
 *   names; `ERR_DATA_LIMIT` for a file beyond `limits`
 * @example
 * ```ts
 * import { fromSklearn } from 'steepest';
 * const ridge = await fromSklearn({ sklearn: '1.9.1', estimator: {
 *   class: 'Ridge',
 *   params: { alpha: 1, fit_intercept: true },
 *   fitted: { coef_: [2, 3], intercept_: 1, n_features_in_: 2 },
 * } });
 * console.log(ridge.predictSync([10, 100])); // Float64Array(1) [ 321 ]
 * ```
 */
export async function fromSklearn(
  source: ModelSource | SklearnDump,
  options: ReadOptions = {},
): Promise<LoadedEstimator> {
  const limits = checkReadOptions('fromSklearn', options);
  const make = (content: unknown): LoadedEstimator =>
    fromFile('an estimator of scikit-learn', () => estimatorFromDump(checked(content)) as LoadedEstimator);
  if (isPlainObject(source)) return make(source);
  const wanted = { reader: 'fromSklearn' };
  return readBytes(source as ModelSource, wanted, limits, wholeFile, (bytes, name) =>
    make(parsed(bytes, name)),
  );
}

/** JSON does not say how long it is. */
const wholeFile = (): number => Number.POSITIVE_INFINITY;

function parsed(bytes: Uint8Array, name: string): unknown {
  const text = fromFile(`JSON in ${name}`, () =>
    // A copy, because TextDecoder does not take shared memory.
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes)),
  );
  return parseObject(text, `a JSON object in ${name}`);
}

function checked(content: unknown): object {
  const { estimator } = content as Partial<SklearnDump>;
  if (typeof estimator === 'object' && estimator !== null) return estimator;
  throw modelFileError(
    '{ sklearn, estimator }, as the Python function of docs/exchange.md writes it',
    show(content),
    'Write the file with that function.',
  );
}
