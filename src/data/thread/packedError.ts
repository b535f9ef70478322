/**
 * Errors on their way from one thread to another: a structured clone would lose what makes them
 * ours.
 */
import { type ErrorCode, SteepestError } from '../../core/errors.js';
import { isError } from '../../core/realm.js';
import { messageOf } from '../../core/show.js';

export interface PackedError {
  /** Of an error of ours. */
  parts?: { code: ErrorCode; expected: string; given: string; hint: string };
  name: string;
  message: string;
  stack?: string | undefined;
  /** Fields of the system's errors: code, errno, syscall, path. */
  fields: Record<string, string | number>;
  cause?: PackedError | undefined;
}

/** Causes of causes; none of ours has more than two. */
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

/** Classes that programs ask for. */
const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
]);

export function unpackError({ parts, name, message, stack, fields, cause }: PackedError): Error {
  const options = cause === undefined ? {} : { cause: unpackError(cause) };
  // Its stack is where it arrives: the thread's own tells users nothing.
  if (parts !== undefined) return new SteepestError(parts.code, parts, options);
  const error = new (CLASSES.get(name) ?? Error)(message, options);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields);
}
