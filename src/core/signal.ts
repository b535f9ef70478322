import { SteepestError } from './errors.js';
import { show } from './show.js';

/**
 * Accepts an AbortSignal of any class or realm: polyfills and test runners bring their own.
 * @throws SteepestError `ERR_ARGUMENT` for a value without `addEventListener`
 */
export function checkSignal(what: string, given: unknown): AbortSignal | undefined {
  if (given === undefined) return undefined;
  const fields = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const { aborted, addEventListener, removeEventListener, signal } = fields;
  const listens = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  if (typeof aborted === 'boolean' && listens) return given as AbortSignal;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be an AbortSignal`,
    given: show(given),
    hint:
      signal === undefined
        ? 'Pass controller.signal of an AbortController, or AbortSignal.timeout(ms).'
        : 'Pass its signal: controller.signal.',
  });
}
