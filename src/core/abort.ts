import { SteepestError } from './errors.js';

/**
 * Listens to a user's AbortSignal with a single listener, however many calls share the signal.
 * Node.js takes more than ten listeners for a leak and warns, but many concurrent fits may share a
 * signal.
 */

/**
 * What a call throws that its signal ended.
 * @param kept what is as it was before
 */
export const abortedError = (
  signal: AbortSignal,
  given = 'an abort',
  kept = 'What was learned before is unchanged; call it again to start anew.',
): SteepestError =>
  new SteepestError(
    'ERR_ABORTED',
    { expected: 'the call to run to its end', given, hint: kept },
    { cause: signal.reason },
  );

/** @throws SteepestError `ERR_ABORTED` */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal);
}

interface Listeners {
  callbacks: Set<() => void>;
  listener: () => void;
}

const listening = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls `callback` when the signal aborts; never if it has already aborted.
 * @returns a function that stops listening, to be called when the work is done
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  // A set holds a function once, but two calls may pass the same one, so each gets a wrapper.
  const entry = (): void => callback();
  const listeners = listening.get(signal) ?? listen(signal);
  listeners.callbacks.add(entry);
  return () => {
    listeners.callbacks.delete(entry);
    if (listeners.callbacks.size > 0 || listening.get(signal) !== listeners) return;
    listening.delete(signal);
    signal.removeEventListener('abort', listeners.listener);
  };
}

function listen(signal: AbortSignal): Listeners {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    listening.delete(signal);
    signal.removeEventListener('abort', listener);
    for (const callback of [...callbacks]) if (callbacks.has(callback)) callback();
  };
  const listeners = { callbacks, listener };
  listening.set(signal, listeners);
  signal.addEventListener('abort', listener);
  return listeners;
}
