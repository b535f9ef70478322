/**
 * Converts errors for sending to another thread: a structured clone would lose their class and
 * fields.
 */
import { type ErrorCode, SteepestError } from '../../core/errors.js';
import { isError } from '../../core/realm.js';
import { messageOf } from '../../core/show.js';

export interface PackedError {
  /** For a SteepestError. */
  parts?: { code: ErrorCode; expected: string; given: string; hint: string };
  name: string;
  message: string;
  stack?: string | undefined;
  /** Fields of system errors: code, errno, syscall, path. */
  fields: Record<string, string | number>;
  cause?: PackedError | undefined;
}

/** Maximum nesting of causes; ours have at most two. */
const MOST_NESTED = 4;

export function packError(error: unknown, depth = 0): PackedError {
  const given = (isError(error) ? error : {}) as Partial<Error>;
  const fields = Object.entries(given).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  ) as [string, string | number][];
  const packed: PackedError = {
    name: given.name ?? 'Error',
    message: messageOf(error),
    stack: given.stack,
    fields: Object.fromEntries(fields),
  };
  if (error instanceof SteepestError) {
    const { code, expected, given: got, hint } = error;
    packed.parts = { code, expected, given: got, hint };
  }
  if (given.cause !== undefined && depth < MOST_NESTED) packed.cause = packError(given.cause, depth + 1);
  return packed;
}

/** Classes that programs test for. */
const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
]);

export function unpackError({ parts, name, message, stack, fields, cause }: PackedError): Error {
  const options = cause === undefined ? {} : { cause: unpackError(cause) };
  // The stack is that of the receiver: the thread's own means nothing to users.
  if (parts !== undefined) return new SteepestError(parts.code, parts, options);
  const error = new (CLASSES.get(name) ?? Error)(message, options);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields);
}
