/** Terms of the continued fraction: it converges within a few dozen from 2 on. */
const MOST_TERMS = 200;
/** Below it the series has the fewer terms. */
const NEAR = 2;

/**
 * The probability that |Z| exceeds |z| for a standard normal Z: erfc(|z|/√2), by the series
 * Abramowitz & Stegun 26.2.11 near 0, and the continued fraction 26.2.14 far from it.
 */
export function normalTwoSided(z: number): number {
  const t = Math.abs(z);
  if (Number.isNaN(t)) return Number.NaN;
  const density = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  if (density === 0) return 0;
  if (t < NEAR) {
    let term = t;
    let sum = t;
    for (let k = 3; term > sum * (Number.EPSILON / 4); k += 2) {
      term *= (t * t) / k;
      sum += term;
    }
    return 1 - 2 * density * sum;
  }
  // t + 1/(t + 2/(t + 3/…)), from the end.
  let fraction = t;
  for (let k = MOST_TERMS; k > 0; k--) fraction = t + k / fraction;
  return (2 * density) / fraction;
}
