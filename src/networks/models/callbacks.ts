import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, didYouMean, isSameName } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import type { Callback } from '../training/callbacks.js';

const HOOKS = ['onEpochEnd'] as const;
const HOOK_ALIASES: Aliases = {
  epochEnd: 'onEpochEnd',
  onEpoch: 'onEpochEnd',
  onEpochFinished: 'onEpochEnd',
  onEnd: 'onEpochEnd',
  onEpochBegin: '',
  onEpochStart: '',
  onBatchEnd: '',
  onBatchBegin: '',
  onTrainBegin: '',
  onTrainEnd: '',
};

/**
 * The callbacks of a fit, one or a list of them, as a list.
 * @throws SteepestError `ERR_ARGUMENT`, or `ERR_UNKNOWN_NAME` for a hook that would never be called
 */
export function completeCallbacks(given: unknown): readonly Callback[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [checkCallback('callbacks', given)];
  return Array.from(given, (callback: unknown, i) => checkCallback(`callbacks[${i}]`, callback));
}

function checkCallback(what: string, given: unknown): Callback {
  if (typeof given === 'function') refuse(what, given);
  const callback = checkObject(what, given);
  for (const name of hookNames(callback)) {
    if ((HOOKS as readonly string[]).includes(name)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only ${HOOKS.join(', ')}`,
      given: show(name),
      hint: didYouMean(
        name,
        HOOKS,
        'Nothing else is called: do it in onEpochEnd, or remove it.',
        HOOK_ALIASES,
      ),
    });
  }
  if (typeof callback.onEpochEnd !== 'function') refuse(what, given);
  return given as Callback;
}

function refuse(what: string, given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have a method onEpochEnd(epoch, logs)`,
    given: show(given),
    hint: 'Write { onEpochEnd(epoch, logs) { … } }.',
  });
}

/**
 * Everything of a plain object; of an instance of a class, which has state and methods of its own,
 * what is named like a hook.
 */
function hookNames(callback: object): string[] {
  const isHook = (name: string): boolean =>
    /^on[A-Z_]/.test(name) || HOOKS.some((hook) => isSameName(hook, name));
  const own = Object.keys(callback);
  let prototype = Object.getPrototypeOf(callback) as object | null;
  if (isPlainObject(callback)) return own;
  const names = new Set(own);
  for (; prototype !== null && Object.getPrototypeOf(prototype) !== null; ) {
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...names].filter(isHook);
}
