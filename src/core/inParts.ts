import { checkAborted } from './abort.js';
import { Slices } from './nextTurn.js';

/**
 * Work in parts of less than a millisecond: each `yield` is a place where the event loop may run.
 * It is written once, for callers that wait for it and for those that must not.
 */
export type InParts<T> = Generator<undefined, T, unknown>;

/** Numbers to read or check in one part. */
export const NUMBERS_PER_PART = 2 ** 17;
/** Products to sum in one part. */
export const PRODUCTS_PER_PART = 2 ** 19;

/** Does work in one go. */
export function atOnce<T>(work: InParts<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Short enough for what follows the last slice in the same turn. */
const SLICE_MS = 4;

/**
 * Does work in slices of a few milliseconds, the first one at once.
 * @throws SteepestError `ERR_ABORTED` before a slice if the signal is aborted
 */
export async function inSlices<T>(work: InParts<T>, signal?: AbortSignal): Promise<T> {
  const slices = new Slices(SLICE_MS);
  checkAborted(signal);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (!slices.isDue) continue;
    await slices.next();
    checkAborted(signal);
  }
}

/** Calls `part` with consecutive ranges of `count` numbers. */
export function* eachRange(
  count: number,
  part: (begin: number, end: number) => void,
  most = NUMBERS_PER_PART,
): InParts<void> {
  for (let begin = 0; begin < count; begin += most) {
    if (begin > 0) yield;
    part(begin, Math.min(begin + most, count));
  }
}
