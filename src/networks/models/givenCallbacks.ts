import { checkInteger, checkObject } from '../../core/check.js';
import { fieldNames } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { didYouMean, isSameName } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { HOOK_ALIASES } from '../callbacks/aliases.js';
import type { CallbackModel } from '../callbacks/definition.js';
import { type CallbackHooks, HOOK_NAMES } from '../callbacks/hooks.js';
import { type ChosenCallback, callbackNames, resolveCallback } from '../callbacks/index.js';

/** A callback as a fit takes it: one of this package, or a user's own hooks. */
export type GivenCallback = ChosenCallback | { hooks: CallbackHooks<CallbackModel>; name: string };

/** Names of values that callbacks add to the logs of every epoch. */
export const addedLogNames = (given: readonly GivenCallback[]): string[] =>
  given.flatMap((callback) => ('definition' in callback ? (callback.definition.logs ?? []) : []));

/**
 * The share of the old value in averages of the weights; undefined if no callback wants any.
 * @throws SteepestError `ERR_ARGUMENT` if several do
 */
export function averageDecayOf(given: readonly GivenCallback[]): number | undefined {
  const decays = given.flatMap((callback) =>
    'definition' in callback ? (callback.definition.averageDecay?.(callback.options) ?? []) : [],
  );
  if (decays.length < 2) return decays[0];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'one callback that averages the weights',
    given: `${decays.length}, with decays ${decays.join(' and ')}`,
    hint: 'Leave all but one out.',
  });
}

const isHook = (name: string): boolean => (HOOK_NAMES as readonly string[]).includes(name);
const FUNCTIONS: readonly string[] = [...HOOK_NAMES, 'state', 'restore'];
const KNOWN: readonly string[] = [...FUNCTIONS, 'every', 'name'];

/**
 * The callbacks of a fit, one or several, as a list.
 * @throws SteepestError `ERR_ARGUMENT`, or `ERR_UNKNOWN_NAME` for a hook that would never be called
 */
export function checkCallbacks(given: unknown): readonly GivenCallback[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [checkCallback('callbacks', given)];
  return Array.from(given, (callback: unknown, i) => checkCallback(`callbacks[${i}]`, callback));
}

function checkCallback(what: string, given: unknown): GivenCallback {
  if (typeof given === 'function' || typeof given === 'string') refuse(what, given);
  const callback = checkObject(what, given);
  // Plain data with a name and no hook is a callback of this package.
  const names = fieldNames(callback);
  const hasHook = names.some((name) => isHook(name) || typeof callback[name] === 'function');
  if (isPlainObject(given) && names.includes('name') && !hasHook) return resolveCallback(what, given);
  const known = hookNames(callback, names);
  for (const name of known) {
    if (KNOWN.includes(name)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only ${KNOWN.join(', ')}`,
      given: show(name),
      hint: didYouMean(
        name,
        KNOWN,
        `No other method is called: put the code into ${HOOK_NAMES.join(' or ')}, or remove it.`,
        HOOK_ALIASES,
      ),
    });
  }
  const functions = known.filter((name) => FUNCTIONS.includes(name));
  const areFunctions = functions.every((name) => typeof callback[name] === 'function');
  if (!areFunctions || !functions.some(isHook)) refuse(what, given);
  if (callback.every !== undefined) checkEvery(what, callback);
  return { hooks: given as CallbackHooks<CallbackModel>, name: nameOf(what, callback) };
}

/** @throws SteepestError `ERR_ARGUMENT` */
function checkEvery(what: string, callback: Readonly<Record<string, unknown>>): void {
  checkInteger(`${what}.every`, callback.every);
  if (callback.onBatchEnd !== undefined || !isPlainObject(callback)) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}.every beside onBatchEnd, whose calls it counts`,
    given: 'no onBatchEnd',
    hint: 'Leave every out, or write onBatchEnd({ step, logs }) { … }.',
  });
}

/** The name for `stopped`: the callback's own, its class's, or its place. */
function nameOf(what: string, callback: object): string {
  const { name, constructor: maker } = callback as { name?: unknown; constructor?: { name?: unknown } };
  const ofClass = isPlainObject(callback) ? undefined : maker?.name;
  const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return [name, ofClass].find(isName) ?? what;
}

function refuse(what: string, given: unknown): never {
  const name = callbackNames.find((known) => known === given);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have a method ${HOOK_NAMES.join(', ')}`,
    given: show(given),
    hint: name ? `Write callbacks.${name}({ … }).` : 'Write { onEpochEnd({ epoch, logs }) { … } }.',
  });
}

/**
 * Checks all keys of a plain object; of a class instance, which may have other fields and methods,
 * only keys that look like hooks.
 */
function hookNames(callback: object, names: readonly string[]): readonly string[] {
  if (isPlainObject(callback)) return names;
  const looksLikeHook = (name: string): boolean =>
    /^on[A-Z_]/.test(name) || FUNCTIONS.includes(name) || HOOK_NAMES.some((hook) => isSameName(hook, name));
  return names.filter(looksLikeHook);
}
