import { checkObject } from '../../core/check.js';
import { fieldNames } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, didYouMean, isSameName } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import type { Callback } from '../training/callbacks.js';

/** The registry: one line per hook, with its arguments. */
const HOOKS: Readonly<Record<keyof Callback, string>> = {
  onEpochEnd: 'epoch, logs',
};
const hooks = Object.keys(HOOKS) as (keyof Callback)[];

/** Names of hooks in Keras and Lightning, mapped to ours, or to '' if there is no equivalent. */
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
 * The callbacks of a fit, one or several, as a list.
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
  const names = hookNames(callback);
  for (const name of names) {
    if (Object.hasOwn(HOOKS, name)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only ${hooks.join(', ')}`,
      given: show(name),
      hint: didYouMean(
        name,
        hooks,
        `No other method is called: put the code into ${hooks.join(' or ')}, or remove it.`,
        HOOK_ALIASES,
      ),
    });
  }
  const isHook = (name: string): boolean => typeof callback[name] === 'function';
  if (names.length === 0 || !names.every(isHook)) refuse(what, given);
  return given as Callback;
}

function refuse(what: string, given: unknown): never {
  const methods = hooks.map((name) => `${name}(${HOOKS[name]})`);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have a method ${methods.join(' or ')}`,
    given: show(given),
    hint: `Write { ${methods[0]} { … } }.`,
  });
}

/**
 * Checks all keys of a plain object; of a class instance, which may have other fields and methods,
 * only keys that look like hooks.
 */
function hookNames(callback: object): string[] {
  const isHook = (name: string): boolean =>
    /^on[A-Z_]/.test(name) || hooks.some((hook) => isSameName(hook, name));
  const names = fieldNames(callback);
  return isPlainObject(callback) ? names : names.filter(isHook);
}
