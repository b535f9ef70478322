import { deserialize, serialize } from 'node:v8';
import { type ErrorCode, SteepestError } from './errors.js';
import { isError } from './realm.js';
import { show } from './show.js';

/** An error as plain data, for a message to another process. */
export interface SentError {
  /** Nothing of an error: a value that was thrown, or the `cause` of one. */
  value?: unknown;
  name?: string;
  message?: string;
  stack?: string | undefined;
  /** What the error has besides: `code`, `expected`, `history` and so on. */
  fields?: Readonly<Record<string, unknown>>;
  cause?: SentError;
}

/** Causes of causes that are kept: a chain may be a ring. */
const MOST_CAUSES = 8;

/** A copy of a value, if a message can hold it; its text, if not. */
function plain(value: unknown): unknown {
  try {
    return deserialize(serialize(value)) as unknown;
  } catch {
    return show(value);
  }
}

/** Whatever was thrown, as plain data. */
export function sentError(error: unknown, causes = MOST_CAUSES): SentError {
  if (!isError(error)) return { value: plain(error) };
  const { name, message, stack } = error;
  const fields = Object.entries(error).filter(([key]) => key !== 'name' && key !== 'cause');
  const hasCause = 'cause' in error && error.cause !== undefined && causes > 0;
  return {
    name,
    message,
    stack,
    fields: Object.fromEntries(fields.map(([key, value]) => [key, plain(value)])),
    ...(hasCause ? { cause: sentError(error.cause, causes - 1) } : {}),
  };
}

const BUILT_IN = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** The error that {@link sentError} was given: of the same class, if it is ours or JavaScript's. */
export function receivedError(sent: SentError): unknown {
  if (sent.name === undefined) return sent.value;
  const { name, message = '', stack, fields = {} } = sent;
  const options = sent.cause === undefined ? {} : { cause: receivedError(sent.cause) };
  if (name === 'AbortError' || name === 'TimeoutError') return new DOMException(message, name);
  const error = name === 'SteepestError' ? ownError(fields, options) : otherError(name, message, options);
  for (const [key, value] of Object.entries(fields)) {
    if (!Object.hasOwn(error, key)) Object.defineProperty(error, key, { value, enumerable: true });
  }
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

function ownError(fields: Readonly<Record<string, unknown>>, options: { cause?: unknown }): Error {
  const { code, expected, given, hint } = fields as Record<string, string>;
  const parts = { expected: String(expected), given: String(given), hint: String(hint) };
  return new SteepestError(code as ErrorCode, parts, options);
}

function otherError(name: string, message: string, options: { cause?: unknown }): Error {
  const known = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name as keyof typeof BUILT_IN] : undefined;
  const error = new (known ?? Error)(message, options as ErrorOptions);
  // The class of a user's error is not known here; its name is.
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  return error;
}
