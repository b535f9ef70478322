import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { checkSignal } from '../../core/signal.js';
import { separateTarget } from '../../data/tables/target.js';
import { KERNEL_KEYS } from '../../kernels/kernelOptions.js';
import { optionAliases } from './names.js';

/** Options of `fit` for estimators that compute in worker threads. */
export const WEIGHTED_FIT_KEYS: readonly string[] = ['sampleWeight', 'signal', ...KERNEL_KEYS];
/** Options of `fit` for transformers whose result does not depend on weights. */
export const TRANSFORMER_FIT_KEYS: readonly string[] = ['signal'];

/**
 * Transformers ignore y, so options passed in its place would be lost silently.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkNoOptionsAsY(what: string, y: unknown): void {
  if (!isPlainObject(y) || 'data' in y) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `y or undefined as the second argument of ${what}, and options as the third`,
    given: show(y),
    hint: 'Write fit(X, undefined, options).',
  });
}

/**
 * The samples of a transformer's fit: without the target if y is the name of a column.
 * @throws SteepestError as {@link checkNoOptionsAsY} and `separateTarget`
 */
export function withoutTarget<X>(what: string, x: X, y: unknown): X {
  checkNoOptionsAsY(what, y);
  return separateTarget('X', x, y).x;
}

/**
 * Checks the options of a method before any work: an object without unknown keys, and with a valid
 * signal.
 * @param what the method, such as `Ridge.fit`
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkOptions(what: string, options: object, known: readonly string[]): void {
  checkKeys(`options of ${what}`, options, known, optionAliases(known));
  checkSignal('signal', (options as { signal?: unknown }).signal);
}
