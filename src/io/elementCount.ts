/**
 * The product of a shape, or NaN if it exceeds 2⁵³ − 1. A dimension of 0 does not hide others that
 * are too large.
 */
export function elementCount(shape: readonly number[]): number {
  let nonZero = 1;
  for (const size of shape) {
    nonZero *= Math.max(size, 1);
    if (!Number.isSafeInteger(nonZero)) return Number.NaN;
  }
  return shape.includes(0) ? 0 : nonZero;
}
