import { SteepestError } from '../../core/errors.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { SampleInput } from '../../data/arrayInputs.js';
import { type BatchStream, isBatchStream } from '../../data/batches.js';
import { isNamed } from '../../data/tables/frameOf.js';

/**
 * The arguments of a method that takes `(x, y, options)` or `(stream, options)`.
 * @returns no stream if the arguments are arrays
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function readArguments<T extends object>(
  method: string,
  x: SampleInput | BatchStream,
  second: unknown,
  third: T | undefined,
): { stream: BatchStream | undefined; options: T } {
  if (isBatchStream(x)) return { stream: x, options: optionsBehindStream(method, second, third) };
  refuseBatch(method, x);
  return { stream: undefined, options: third === undefined ? ({} as T) : third };
}

/**
 * The options after a stream, whose batches include the targets.
 * @throws SteepestError `ERR_ARGUMENT`
 */
function optionsBehindStream<T extends object>(what: string, second: unknown, third: unknown): T {
  const isOptions =
    second === undefined ||
    (typeof second === 'object' &&
      second !== null &&
      !Array.isArray(second) &&
      !ArrayBuffer.isView(second) &&
      !('data' in second));
  if (isOptions && third === undefined) return (second ?? {}) as T;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}(stream, options) with batches { x, y }`,
    given: isOptions ? 'a third argument' : `${show(second)} beside the stream`,
    hint: 'Put y into the batches and pass the options as the second argument.',
  });
}

/**
 * Refuses a single batch in place of arrays: it is neither a stream nor samples.
 * @throws SteepestError `ERR_ARGUMENT`
 */
function refuseBatch(what: string, given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  if (!reading('x', () => 'x' in given && !('shape' in given) && !isNamed(given))) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}(x, y, options), or ${what}(stream, options) with batches { x, y }`,
    given: show(given),
    hint: `Write ${what}(x, y), or ${what}([{ x, y }]).`,
  });
}

/**
 * Refuses options for a method that takes none.
 * @param other the method that takes these options
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function refuseOptions(method: string, other: string, given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${method}(x) without a second argument`,
    given: show(given),
    hint: `Leave it out, or write await ${other}.`,
  });
}
