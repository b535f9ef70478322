/**
 * A column counts as constant if its range is less than this fraction of its largest number, or of
 * 1 if numbers are larger. This is scikit-learn's rule, which also treats every column of tiny
 * numbers as constant.
 */
const LEAST_RANGE = 10 * Number.EPSILON;

/** True if two ends of a column's range differ by no more than rounding. */
export function isConstantRange(low: number, high: number): boolean {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return high === low || high - low < LEAST_RANGE * Math.min(1, largest);
}
