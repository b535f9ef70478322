import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { checkSignal } from '../../core/signal.js';
import { KERNEL_KEYS } from '../../kernels/kernelOptions.js';
import { optionAliases } from './names.js';

/** What `fit` takes of estimators that compute in worker threads. */
export const WEIGHTED_FIT_KEYS: readonly string[] = ['sampleWeight', 'signal', ...KERNEL_KEYS];
/** What it takes of transformers whose result does not depend on weights. */
export const TRANSFORMER_FIT_KEYS: readonly string[] = ['signal'];

/**
 * Transformers do not look at y, so that options in its place would be lost without a word.
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
 * Options of a method, before any work: an object, without keys that nothing would read, with a
 * signal that can be heard.
 * @param what the method, such as `Ridge.fit`
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function checkOptions(what: string, options: object, known: readonly string[]): void {
  checkKeys(`options of ${what}`, options, known, optionAliases(known));
  checkSignal('signal', (options as { signal?: unknown }).signal);
}
