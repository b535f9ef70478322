/** Terms of the continued fraction: it converges within a few dozen, slowest for large a and b. */
const MOST_TERMS = 100_000;
const TINY = 1e-300;
/** From this a on, five terms of Stirling's series for the ratio below have an error under 2⁻⁵³. */
const LARGE = 30;

/**
 * Γ(a + ½) / Γ(a): Stirling's series of its logarithm (DLMF 5.11.13), reached from small a by Γ(a +
 * 1) = a·Γ(a).
 */
function gammaRatio(a: number): number {
  if (a < LARGE) return (gammaRatio(a + 1) * a) / (a + 0.5);
  const q = 1 / (a * a);
  const series = (-1 / 8 + q * (1 / 192 + q * (-1 / 640 + q * (17 / 14336 - (q * 31) / 18432)))) / a;
  return Math.sqrt(a) * Math.exp(series);
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
export function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < Number.EPSILON) break;
  }
  return fraction;
}

/**
 * The probability that |T| exceeds |t| for Student's T with `df` degrees of freedom: the
 * regularised incomplete beta function I_x(df/2, ½) at x = df / (df + t²) (Abramowitz & Stegun
 * 26.7.1 with 26.5.27).
 */
export function studentTwoSided(t: number, df: number): number {
  const square = t * t;
  if (Number.isNaN(square)) return Number.NaN;
  if (square === 0) return 1;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const a = df / 2;
  const x = df / (df + square);
  // 1 − x, with the digits that x close to 1 cannot hold.
  const rest = square / (df + square);
  const logX = rest < 0.5 ? Math.log1p(-rest) : Math.log(x);
  const front = (Math.exp(a * logX) * Math.sqrt(rest) * gammaRatio(a)) / Math.sqrt(Math.PI);
  // The fraction converges quickly on one side of the mean; the other side is the complement.
  if (x <= (a + 1) / (a + 2.5)) return (front * betaFraction(x, a, 0.5)) / a;
  return 1 - (front * betaFraction(rest, 0.5, a)) / 0.5;
}
