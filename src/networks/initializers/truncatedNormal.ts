import { inverseNormal } from '../../core/normal.js';

/**
 * A standard normal number truncated at ±2, computed from a uniform one by the inverse of the
 * distribution function.
 */

/**
 * Φ(−2), the part of a normal distribution that is cut off on each side (mpmath, 40 digits,
 * rounded).
 */
const LOWER = 0.02275013194817921;
/** Φ(2) − Φ(−2) = erf(√2). */
const WIDTH = 0.9544997361036416;

/**
 * Standard deviation of the result, √(1 − 4·φ(2) / (Φ(2) − Φ(−2))): divide by it to get a given
 * one. Keras does the same.
 */
export const TRUNCATED_DEVIATION = 0.8796256610342398;

/** @param uniform in (0, 1). @returns a number from −2 to 2, up to rounding. */
export function truncatedNormal(uniform: number): number {
  return inverseNormal(LOWER + uniform * WIDTH);
}
