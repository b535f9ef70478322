import { betaFraction, studentTwoSided } from '../leastSquares/student.js';

/** From here on, Stirling's series with five terms has an error under 2⁻⁵³. */
const LARGE = 30;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1), reached from small x by Γ(x + 1) = x·Γ(x).
 */
export function logGamma(x: number): number {
  let shift = 1;
  let at = x;
  for (; at < LARGE; at++) shift *= at;
  const q = 1 / (at * at);
  const series = (1 / 12 + q * (-1 / 360 + q * (1 / 1260 + q * (-1 / 1680 + q / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + HALF_LOG_TWO_PI + series - Math.log(shift);
}

/**
 * The probability that an F-distributed number with `between` and `within` degrees of freedom
 * exceeds f: the regularised incomplete beta function I_x(within/2, between/2) at x = within /
 * (within + between·f) (Abramowitz & Stegun 26.6.2).
 */
export function fSurvival(f: number, between: number, within: number): number {
  if (Number.isNaN(f) || between < 1 || within < 1) return Number.NaN;
  if (between === 1) return studentTwoSided(Math.sqrt(f), within);
  if (f <= 0) return 1;
  if (f === Number.POSITIVE_INFINITY) return 0;
  const [a, b] = [within / 2, between / 2];
  const ratio = (between / within) * f;
  const x = 1 / (1 + ratio);
  const rest = ratio / (1 + ratio);
  const logX = -Math.log1p(ratio);
  const logRest = -Math.log1p(1 / ratio);
  const front = Math.exp(a * logX + b * logRest + logGamma(a + b) - logGamma(a) - logGamma(b));
  // The fraction converges quickly on one side of the mean; the other side is the complement.
  if (x <= (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(rest, b, a)) / b;
}
