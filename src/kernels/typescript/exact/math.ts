/**
 * The functions of native/kernels/math.inl, operation by operation: see there for schemes, sources and errors.
 * Arguments and results are float32 numbers; every + − × ÷ is rounded by `fround`, every fma once.
 */
import { bitsOf, floatOf } from './bits.js';
import { fma, fround } from './fma.js';

const LOG2_E = fround(1.44269502);
const LN2_HIGH = fround(0.693145752);
const LN2_LOW = fround(1.42860677e-6);
/** 1.5·2²³: adding it leaves the nearest whole number in the low bits of the sum. */
const ROUND_MAGIC = 12582912;
const ONE_BITS = 0x3f800000;
const MANTISSA_BITS = 23;
const MANTISSA_MASK = (1 << MANTISSA_BITS) - 1;

const EXP_LOW = -104;
const EXP_HIGH = 89;
const EXPM1_LOW = -87;
const SQRT_HALF_BITS = 0x3f3504f3;
const SMALLEST_NORMAL = 2 ** -126;
const DENORMAL_SHIFT = 25;
const SQRT_2 = fround(1.41421354);
const TANH_SPLIT = 0.625;
const ERF_SPLIT = 0.921875;
const ERF_LIMIT = 4;

// Printed by scripts/coefficients/generate.py.
const EXP_Q = [0.49999997, 0.166665465, 0.041667439, 0.00836625881, 0.00138702255].map(fround);
const LOG_P = [
  0.333333313, -0.250008196, 0.200012416, -0.166234106, 0.142015859, -0.131595984, 0.127621427, -0.0763636231,
].map(fround);
const TANH_P = [-0.333332807, 0.133314058, -0.0537365153, 0.0206281673, -0.00569229666].map(fround);
const ERF_P = [
  0.128379166, -0.376126289, 0.112836257, -0.0268557295, 0.00519239251, -0.000804951473, 7.99504851e-5,
].map(fround);
const ERFC_Q = [-0.128513783, -0.635720253, -0.105259314, 0.0228883605, -0.00321446196, 0.000213925989].map(
  fround,
);

function horner(c: readonly number[], x: number): number {
  let sum = c[c.length - 1] as number;
  for (let i = c.length - 2; i >= 0; i--) sum = fma(sum, x, c[i] as number);
  return sum;
}

function withSign(x: number, sign: number): number {
  return floatOf(bitsOf(x) | (bitsOf(sign) & 0x80000000));
}

/** n = the whole number nearest to x/ln2, plus ROUND_MAGIC. */
function shiftedExponent(x: number): number {
  return fma(x, LOG2_E, ROUND_MAGIC);
}

/** x − n·ln2. */
function remainder(x: number, shifted: number): number {
  const n = fround(shifted - ROUND_MAGIC);
  return fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
}

/** eʳ − 1, |r| ≤ ln2/2. */
function expm1OfRemainder(r: number): number {
  return fma(fround(r * r), horner(EXP_Q, r), r);
}

function powerOfTwo(exponentBits: number): number {
  return floatOf(((exponentBits << MANTISSA_BITS) + ONE_BITS) | 0);
}

/** eˣ. */
export function exp(x: number): number {
  const clamped = Math.min(Math.max(x, EXP_LOW), EXP_HIGH);
  const shifted = shiftedExponent(clamped);
  const p = fround(expm1OfRemainder(remainder(clamped, shifted)) + 1);
  const bits = bitsOf(shifted);
  const half = bits >> 1;
  const rest = (bits - half) | 0;
  return fround(fround(p * powerOfTwo(half)) * powerOfTwo(rest));
}

/** eˣ − 1, x ≤ 0. */
export function expm1(x: number): number {
  const clamped = Math.max(x, EXPM1_LOW);
  const shifted = shiftedExponent(clamped);
  const scale = powerOfTwo(bitsOf(shifted));
  return fma(expm1OfRemainder(remainder(clamped, shifted)), scale, fround(scale - 1));
}

/** k·ln2 + log(1+f). */
function logOfParts(k: number, f: number): number {
  const s = fround(f * f);
  const cubic = fround(fround(f * s) * horner(LOG_P, f));
  const low = fma(-0.5, s, fma(k, LN2_LOW, cubic));
  return fma(k, LN2_HIGH, fround(f + low));
}

/** Natural logarithm. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const tiny = x < SMALLEST_NORMAL;
  const scaled = tiny ? fround(x * 2 ** DENORMAL_SHIFT) : x;
  const fromSqrtHalf = bitsOf(scaled) - SQRT_HALF_BITS;
  const k = (fromSqrtHalf >> MANTISSA_BITS) - (tiny ? DENORMAL_SHIFT : 0);
  const m = floatOf((fromSqrtHalf & MANTISSA_MASK) + SQRT_HALF_BITS);
  return logOfParts(k, fround(m - 1));
}

/** log(1 + e), e in [0, 1]. */
export function log1p(e: number): number {
  const u = fround(e + 1);
  const lost = fround(e - fround(u - 1));
  const upper = u > SQRT_2;
  const scale = upper ? 0.5 : 1;
  return logOfParts(upper ? 1 : 0, fma(lost, scale, fma(u, scale, -1)));
}

/** σ(x) from e = exp(−|x|). */
export function sigmoidFrom(x: number, e: number): number {
  return fround((x >= 0 ? 1 : e) / fround(e + 1));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return sigmoidFrom(x, exp(-Math.abs(x)));
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a < TANH_SPLIT) {
    const s = fround(a * a);
    return withSign(fma(fround(s * horner(TANH_P, s)), a, a), x);
  }
  return withSign(fround(1 - fround(2 / fround(exp(fround(a + a)) + 1))), x);
}

/** max(x, 0), +0 for −0. */
export function positivePart(x: number): number {
  return Math.max(x, 0);
}

/** log(1 + eˣ). */
export function softplus(x: number): number {
  return fround(positivePart(x) + log1p(exp(-Math.abs(x))));
}

/** Error function. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < ERF_SPLIT) return withSign(fma(horner(ERF_P, fround(a * a)), a, a), x);
  const t = Math.min(a, ERF_LIMIT);
  return withSign(fround(1 - exp(fma(horner(ERFC_Q, t), t, -t))), x);
}
