import { type ErrorCode, SteepestError } from '../../../core/errors.js';
import { messageOf } from '../../../core/show.js';

/** An error as it travels from one rank to the others. */
export interface SentError {
  /** Of an error of this package. */
  parts: { code: ErrorCode; expected: string; given: string; hint: string } | undefined;
  /** Of any other, such as a callback's. */
  name: string;
  message: string;
}

export function sentError(error: unknown): SentError {
  const { name } = error as { name?: unknown };
  const common = { name: typeof name === 'string' ? name : 'Error', message: messageOf(error) };
  if (!(error instanceof SteepestError)) return { ...common, parts: undefined };
  const { code, expected, given, hint } = error;
  return { ...common, parts: { code, expected, given, hint } };
}

/** The same error, as a rank throws it that is not the one where it arose. */
export function receivedError({ parts, name, message }: SentError, rank: number): Error {
  if (parts === undefined) return Object.assign(new Error(`${message} (on rank ${rank})`), { name });
  const { code, expected, given, hint } = parts;
  return new SteepestError(code, { expected, given: `${given}, on rank ${rank}`, hint });
}
