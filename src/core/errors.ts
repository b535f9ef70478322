import { type Aliases, didYouMean } from './nearest.js';
import { show } from './show.js';

/**
 * Every error that steepest throws on purpose is a {@link SteepestError}.
 *
 * Its message says what was expected, what was given and how to fix it. Its `code` never changes
 * between releases, so programs can branch on it.
 */
export type ErrorCode =
  | 'ERR_SHAPE'
  | 'ERR_RAGGED'
  | 'ERR_NOT_FINITE'
  | 'ERR_LABEL_RANGE'
  | 'ERR_EMPTY'
  | 'ERR_ARGUMENT'
  | 'ERR_UNKNOWN_NAME'
  | 'ERR_NOT_COMPILED'
  | 'ERR_NOT_FITTED'
  | 'ERR_BUSY'
  | 'ERR_MEMORY'
  | 'ERR_PROGRAM'
  | 'ERR_BACKEND'
  | 'ERR_DIVERGED'
  | 'ERR_WORKER_LOST'
  | 'ERR_CLUSTER'
  | 'ERR_ABORTED'
  | 'ERR_MODEL_FILE'
  | 'ERR_RESUME'
  | 'ERR_DATA_FILE'
  | 'ERR_DATA_LIMIT'
  | 'ERR_MISSING_PEER';

/** The three parts of every message. */
export interface ErrorParts {
  /** What the function needs, for example `x with 64 columns`. */
  expected: string;
  /** What it got, for example `x with shape [10, 63]`. */
  given: string;
  /** What the caller can do about it. */
  hint: string;
}

/**
 * Maximum length of `expected` and `given`, in characters, so that no error floods a log. {@link
 * show} keeps values short already; this cuts long names and lists. `expected` may list all valid
 * names, for example those of encodings.
 */
const MOST_EXPECTED = 1200;
const MOST_GIVEN = 480;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)} …`);

/**
 * The only error class of this package. Its message says what was expected, what was given and how
 * to fix it.
 * @example
 * ```ts
 * import { Ridge, SteepestError } from 'steepest';
 * try {
 *   new Ridge({ alpha: -1 });
 * } catch (error) {
 *   if (!(error instanceof SteepestError)) throw error;
 *   console.log(error.code); // ERR_ARGUMENT
 * }
 * ```
 */
export class SteepestError extends Error {
  override readonly name = 'SteepestError';
  readonly code: ErrorCode;
  readonly expected: string;
  readonly given: string;
  readonly hint: string;
  /** Of an error that ended a `fit`: loss and metrics of the epochs before it, by name. */
  declare readonly history?: {
    readonly loss: readonly number[];
    readonly [name: string]: readonly number[];
  };

  constructor(code: ErrorCode, parts: ErrorParts, options?: { cause?: unknown }) {
    const expected = cut(parts.expected, MOST_EXPECTED);
    const given = cut(parts.given, MOST_GIVEN);
    super(`expected ${expected}, given ${given}. ${parts.hint}`, options);
    this.code = code;
    this.expected = expected;
    this.given = given;
    this.hint = parts.hint;
  }
}

/**
 * Throws an `ERR_UNKNOWN_NAME` that lists the known names and suggests the closest one.
 * @param aliases names in other libraries, mapped to ours
 * @param hint what to do if no known name is close
 */
export function unknownName(
  what: string,
  given: unknown,
  known: Iterable<string>,
  aliases?: Aliases,
  hint = 'Use one of the listed names.',
): never {
  const names = [...known];
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${what} to be one of ${names.map((n) => `'${n}'`).join(', ')}`,
    given: show(given),
    hint: didYouMean(given, names, hint, aliases),
  });
}
