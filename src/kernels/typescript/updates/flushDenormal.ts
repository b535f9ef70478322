/** The smallest number whose float32 has all bits of its mantissa. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * What arrays keep of x: +0 in place of a number that would be denormal in float32 (ops/updates.ts), and of −0.
 * NaN stays NaN.
 */
export const flushDenormal = (x: number): number => (Math.abs(x) < SMALLEST_NORMAL ? 0 : x);
