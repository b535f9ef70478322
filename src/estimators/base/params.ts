import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { optionAliases, VALUE_ALIASES } from './names.js';

/** One hyperparameter: its default and its accepted values. */
export interface ParamSpec<T> {
  readonly default: T;
  /**
   * @returns the value to store.
   * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
   */
  readonly check: (name: string, value: unknown) => T;
}

/**
 * Every hyperparameter of an estimator. `getParams`, `setParams` and the constructor use this
 * table.
 */
export type ParamSpecs<P> = { readonly [K in keyof P]-?: ParamSpec<P[K]> };

/** The kinds of hyperparameters. */
export const param = {
  boolean: (value: boolean): ParamSpec<boolean> => ({ default: value, check: checkBoolean }),
  integer: (value: number, least = 1): ParamSpec<number> => ({
    default: value,
    check: (name, given) => checkInteger(name, given, least),
  }),
  positive: (value: number): ParamSpec<number> => ({
    default: value,
    check: (name, given) => checkNumber(name, given, 'a finite number above 0', (v) => v > 0),
  }),
  nonNegative: (value: number): ParamSpec<number> => ({
    default: value,
    check: (name, given) => checkNumber(name, given, 'a finite number of at least 0', (v) => v >= 0),
  }),
  atLeast: (value: number, least: number): ParamSpec<number> => ({
    default: value,
    check: (name, given) =>
      checkNumber(name, given, `a finite number of at least ${least}`, (v) => v >= least),
  }),
  oneOf: <const T extends string>(value: T, words: readonly T[]): ParamSpec<T> => ({
    default: value,
    check: (name, given) =>
      words.find((word) => word === given) ??
      unknownName(name, given === null ? 'null' : given, words, VALUE_ALIASES),
  }),
  /** Any other value, with its own check. */
  custom: <T>(value: T, check: (name: string, value: unknown) => T): ParamSpec<T> => ({
    default: value,
    check,
  }),
  /** The same, or undefined. */
  optional: <T>({ check }: ParamSpec<T>): ParamSpec<T | undefined> => ({
    default: undefined,
    check: (name, given) => (given === undefined ? undefined : check(name, given)),
  }),
};

/**
 * Merges given values into `base`, checking each; values not given keep those of `base`. A value of
 * undefined counts as not given.
 * @throws SteepestError `ERR_UNKNOWN_NAME` for a name that the estimator does not have
 */
export function resolveParams<P extends object>(
  owner: string,
  specs: ParamSpecs<P>,
  base: P,
  given: Partial<P>,
): P {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `parameters of ${owner} as an object`,
      given: show(given),
      hint: `Write new ${owner}({ … }).`,
    });
  }
  const names = Object.keys(specs) as (keyof P & string)[];
  checkKeys(`parameters of ${owner}`, given, names, optionAliases(names));
  const resolved: P = { ...base };
  for (const name of names) {
    if (given[name] !== undefined) resolved[name] = specs[name].check(name, given[name]);
  }
  return resolved;
}

/** The defaults of a table of hyperparameters. */
export function defaultParams<P extends object>(specs: ParamSpecs<P>): P {
  const entries = Object.entries(specs) as [string, ParamSpec<unknown>][];
  return Object.fromEntries(entries.map(([name, spec]) => [name, spec.default])) as P;
}
