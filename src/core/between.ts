/**
 * The number at a part of the way from low to high, from the nearer end, so that both ends are
 * exact: how quantiles lie between two neighbours.
 */
export function between(low: number, high: number, part: number): number {
  const distance = high - low;
  // The difference of two finite numbers may be none.
  if (distance === Number.POSITIVE_INFINITY) return low * (1 - part) + high * part;
  return part < 0.5 ? low + distance * part : high - distance * (1 - part);
}
