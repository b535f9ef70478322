/** The smallest number whose float32 has all bits of its mantissa. */
export const SMALLEST_NORMAL = 2 ** -126;

/**
 * What arrays keep of x: +0 in place of a number that would be denormal in float32
 * (ops/updates.ts), and of −0. NaN stays NaN.
 */
export const flushDenormal = (x: number): number => (Math.abs(x) < SMALLEST_NORMAL ? 0 : x);

/** Products of smaller gradients with activations and weights would be denormal. */
const NOT_TINY = 2 ** -95;

/**
 * What losses and derivatives of activations give of a gradient x: +0 in place of a number below
 * 2⁻⁹⁵ (ops/losses.ts).
 */
export const flushTiny = (x: number): number => (Math.abs(x) < NOT_TINY ? 0 : x);
