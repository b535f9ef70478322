import { SteepestError } from './errors.js';
import { type Aliases, didYouMean } from './nearest.js';
import { isBuffer, isDate, isPlainObject, isPromise } from './realm.js';
import { show } from './show.js';

function fail(what: string, words: string, value: unknown, hint = hintOf(what, words, value)): never {
  throw new SteepestError('ERR_ARGUMENT', { expected: `${what} to be ${words}`, given: show(value), hint });
}

/** Omits the range from `expected` where the value's type is the fault. */
function hintOf(what: string, words: string, value: unknown): string {
  if (value === undefined) return `Pass ${what.split('.').at(-1)}.`;
  if (typeof value === 'string' && value.trim() !== '' && words.includes('number')) {
    if (!Number.isNaN(Number(value))) return 'Write it without quotes.';
  }
  return `Give ${words}.`;
}

/** A whole number of at least `least`. */
export function checkInteger(what: string, value: unknown, least = 1): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    fail(what, `a whole number of at least ${least}`, value);
  }
  return value as number;
}

/** A finite number for which `accepts` holds. */
export function checkNumber(
  what: string,
  value: unknown,
  words = 'a finite number',
  accepts: (v: number) => boolean = () => true,
): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !accepts(value)) fail(what, words, value);
  return value as number;
}

/** Largest finite float32; kernels compute in float32. */
export const MOST_FLOAT32 = 3.4028234663852886e38;

/**
 * A number in the range of float32 for which `accepts` holds.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkFloat32(
  what: string,
  value: unknown,
  words = 'a number from −3.4e38 to 3.4e38',
  accepts: (v: number) => boolean = () => true,
): number {
  return checkNumber(what, value, words, (v) => Math.abs(v) <= MOST_FLOAT32 && accepts(v));
}

export function checkBoolean(what: string, value: unknown): boolean {
  if (typeof value !== 'boolean') fail(what, 'true or false', value);
  return value as boolean;
}

/** A list: a plain array, not a typed one. */
export function checkList(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) fail(what, 'a list', value, 'Write [ … ].');
  // Loops over lists skip holes, so undefined elements are refused here.
  return Array.from(value as readonly unknown[]);
}

/**
 * An object with named fields, of a class or not. Refuses null, lists, typed arrays, functions, and
 * Date, Map, Set and Promise, of which no field would be read.
 */
export function checkObject(
  what: string,
  value: unknown,
  example = 'Write { name: value, … }.',
): Record<string, unknown> {
  const fieldless =
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    isBuffer(value) ||
    isDate(value) ||
    value instanceof RegExp ||
    value instanceof Map ||
    value instanceof Set ||
    isPromise(value);
  if (fieldless) {
    const hint = isPromise(value) ? 'Put await before it.' : example;
    fail(what, 'an object', value, hint);
  }
  return value as Record<string, unknown>;
}

/**
 * An object of options. Like {@link checkObject}, but refuses an instance of a class without
 * fields, such as an AbortController that was meant to be inside the options.
 * @param example an example of correct code, for errors
 */
export function checkOptions(
  what: string,
  value: unknown,
  example = 'Write { name: value, … }.',
): Record<string, unknown> {
  const options = checkObject(what, value, example);
  if (!isPlainObject(options) && Object.keys(options).length === 0) {
    fail(what, 'an object', value, example);
  }
  return options;
}

/**
 * Refuses values that are not objects, and keys that nothing would read.
 * @param aliases names in other libraries, mapped to ours, for "Did you mean …?"
 */
export function checkKeys(what: string, given: object, known: readonly string[], aliases?: Aliases): void {
  for (const key of Object.keys(checkObject(what, given))) {
    if (!known.includes(key)) {
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `${what} to have only ${known.join(', ')}`,
        given: show(key),
        hint: didYouMean(key, known, 'Check the spelling, or remove it.', aliases),
      });
    }
  }
}

/** An option, or its default if left out. null is a value, and a wrong one. */
export const orDefault = <T>(given: T | undefined, usual: T): T => (given === undefined ? usual : given);
