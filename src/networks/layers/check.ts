import { checkNumber } from '../core/check.js';

export { checkBoolean, checkInteger, checkKeys, checkNumber } from '../core/check.js';

/** Largest finite float32, in which kernels compute. */
export const MOST_FLOAT32 = 3.4028234663852886e38;

/**
 * A number that float32 holds, and for which `accepts` holds.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkFloat32(
  what: string,
  value: unknown,
  words = 'a number from −3.4e38 to 3.4e38',
  accepts: (v: number) => boolean = () => true,
): number {
  return checkNumber(what, value, words, (v) => Math.abs(v) <= MOST_FLOAT32 && accepts(v));
}

/** An option, or its default where it is left out. null is a value, and a wrong one. */
export const orDefault = <T>(given: T | undefined, usual: T): T => (given === undefined ? usual : given);
