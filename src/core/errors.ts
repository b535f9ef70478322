import { type Aliases, didYouMean } from './nearest.js';
import { show } from './show.js';

/**
 * Every error that steepest throws on purpose is a {@link SteepestError}.
 *
 * Its message says what was expected, what was given and how to fix it; its `code` never changes
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
  | 'ERR_ABORTED'
  | 'ERR_MODEL_FILE'
  | 'ERR_DATA_FILE'
  | 'ERR_DATA_LIMIT'
  | 'ERR_MISSING_PEER';

/** The three things every message says. */
export interface ErrorParts {
  /** What the callee needs, e.g. `x with 64 columns`. */
  expected: string;
  /** What it got, e.g. `x with shape [10, 63]`. */
  given: string;
  /** What the caller can do about it. */
  hint: string;
}

/**
 * The longest `expected` and `given`, in characters, so that no error fills a log. {@link show}
 * keeps values short already; this cuts names and lists that turn out to be long. `expected` may
 * list all names that there are, those of encodings for instance.
 */
const MOST_EXPECTED = 1200;
const MOST_GIVEN = 480;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)} …`);

/** The one error class of this package. */
export class SteepestError extends Error {
  override readonly name = 'SteepestError';
  readonly code: ErrorCode;
  readonly expected: string;
  readonly given: string;
  readonly hint: string;

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
 * Throws an `ERR_UNKNOWN_NAME` that lists the names that exist and suggests the one that was meant.
 * @param aliases names of other libraries to ours
 */
export function unknownName(what: string, given: unknown, known: Iterable<string>, aliases?: Aliases): never {
  const names = [...known];
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${what} to be one of ${names.map((n) => `'${n}'`).join(', ')}`,
    given: show(given),
    hint: didYouMean(given, names, 'Use one of the listed names.', aliases),
  });
}
