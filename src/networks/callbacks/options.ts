import { checkBoolean, checkInteger, checkNumber } from '../../core/check.js';
import type { NumberRange } from '../../core/definition.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { show } from '../../core/show.js';

/** The kinds of options that callbacks have: each knows its default and checks what users write. */

/**
 * @template T the checked value
 * @template G what users may write
 */
export interface Option<T, G = T> {
  /** The value if left out. */
  readonly usual: T;
  /** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
  check(what: string, given: unknown): T;
  /** Only its type is used. */
  readonly given?: G;
}

/** An option that cannot be left out. */
export interface RequiredOption<T, G = T> extends Option<T, G> {
  readonly isRequired: true;
}

/** A whole number of at least `least`. */
export const whole = (usual: number, least = 0): Option<number> => ({
  usual,
  check: (what, given) => checkInteger(what, given, least),
});

/** A number in a range; any finite one by default. */
export const number = (usual: number, range?: NumberRange): Option<number> => ({
  usual,
  check: (what, given) => checkNumber(what, given, range?.words, range?.accepts),
});

export const boolean = (usual: boolean): Option<boolean> => ({ usual, check: checkBoolean });

/** A text that is not empty. */
export const text = (usual: string): Option<string> => ({ usual, check: checkText });

/** A file or folder of this machine: a path, or a `file:` URL, which becomes a path. */
export const localFile: Option<string, string | URL> = {
  usual: '',
  check: (what, given) => localPath(what, given as string | URL),
};

/** One of some names. */
export const oneOf = <T extends string>(usual: T, names: readonly T[]): Option<T> => ({
  usual,
  check: (what, given) => (names.includes(given as T) ? (given as T) : unknownName(what, given, names)),
});

/** The same option, which may also be left out altogether. */
export const optional = <T, G>({ check }: Option<T, G>): Option<T | undefined, G | undefined> => ({
  usual: undefined,
  check,
});

/** The same option, which cannot be left out. */
export const required = <T, G>(option: Option<T, G>): RequiredOption<T, G> => ({
  ...option,
  isRequired: true,
});

function checkText(what: string, given: unknown): string {
  if (typeof given === 'string' && given.trim() !== '') return given;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a text`,
    given: show(given),
    hint: 'Write it in quotes.',
  });
}

/** All options of a callback, by name. */
export type Options = Readonly<Record<string, Option<unknown, unknown>>>;

/** The checked options, complete. */
export type Complete<S extends Options> = {
  readonly [K in keyof S]: S[K] extends Option<infer T, unknown> ? T : never;
};

type RequiredNames<S extends Options> = {
  [K in keyof S]: S[K] extends RequiredOption<unknown, unknown> ? K : never;
}[keyof S];

/** What users may write for an option. */
type Accepted<O> = O extends Option<unknown, infer G> ? G : never;

/** What users write: options with a default may be left out. */
export type Given<S extends Options> = {
  [K in Exclude<keyof S, RequiredNames<S>>]?: Accepted<S[K]> | undefined;
} & { [K in RequiredNames<S>]: Accepted<S[K]> };
