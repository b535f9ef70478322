/**
 * exp and log in float64, the very operations of native/kernels/math_f64.inl: every product and sum is rounded on its own,
 * so these are the bits of the native kernels at JavaScript's full speed.
 */

/** Adding 1.5·2⁵² rounds to a whole number. */
const SHIFT = 6755399441055744;
/** ln 2 in two parts; n times the first is exact. */
const LN2_HIGH = 0.6931467056274414;
const LN2_LOW = 4.7493250390316726e-7;
/** exp(x) counts as 0 below this. */
const LEAST_EXP = -708;

const LEAST_EXPONENT = -1022;
const MOST_EXPONENT = 1023;
/** 2ⁿ for every exponent of a normal number, made by exact doublings and halvings. */
const POWERS = new Float64Array(MOST_EXPONENT - LEAST_EXPONENT + 1);
POWERS[-LEAST_EXPONENT] = 1;
for (let n = 1; n <= MOST_EXPONENT; n++) POWERS[n - LEAST_EXPONENT] = POWERS[n - 1 - LEAST_EXPONENT]! * 2;
for (let n = -1; n >= LEAST_EXPONENT; n--) POWERS[n - LEAST_EXPONENT] = POWERS[n + 1 - LEAST_EXPONENT]! / 2;

/** exp(x) for x ≤ 0 or NaN. */
export function exp(x: number): number {
  if (x < LEAST_EXP) return 0;
  const n = x * Math.LOG2E + SHIFT - SHIFT;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let q = 1.6059043836821613e-10;
  q = q * r + 2.08767569878681e-9;
  q = q * r + 2.505210838544172e-8;
  q = q * r + 2.755731922398589e-7;
  q = q * r + 2.7557319223985893e-6;
  q = q * r + 2.48015873015873e-5;
  q = q * r + 0.0001984126984126984;
  q = q * r + 0.001388888888888889;
  q = q * r + 0.008333333333333333;
  q = q * r + 0.041666666666666664;
  q = q * r + 0.16666666666666666;
  q = q * r + 0.5;
  const power = POWERS[n - LEAST_EXPONENT];
  return power === undefined ? Number.NaN : (r * r * q + r + 1) * power;
}

const word = new Float64Array(1);
const halves = new Int32Array(word.buffer);
/** Which half of a float64 holds sign and exponent on this machine. */
word[0] = 1;
const HIGH = halves[1] !== 0 ? 1 : 0;

/** log(x) for normal x > 0 or NaN. */
export function log(x: number): number {
  if (Number.isNaN(x)) return x;
  word[0] = x;
  const high = halves[HIGH]!;
  let e = ((high >>> 20) & 0x7ff) - 1023;
  halves[HIGH] = (high & 0xfffff) | 0x3ff00000;
  let m = word[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const f = m - 1;
  const s = f / (f + 2);
  const z = s * s;
  let q = 0.09523809523809523;
  q = q * z + 0.10526315789473684;
  q = q * z + 0.11764705882352941;
  q = q * z + 0.13333333333333333;
  q = q * z + 0.15384615384615385;
  q = q * z + 0.18181818181818182;
  q = q * z + 0.2222222222222222;
  q = q * z + 0.2857142857142857;
  q = q * z + 0.4;
  q = q * z + 0.6666666666666666;
  return e * LN2_HIGH + (f + (e * LN2_LOW - s * (f - z * q)));
}

/** log(1 + t) for 0 ≤ t ≤ 1 or NaN. */
export function log1p(t: number): number {
  const u = t + 1;
  return log(u) + (t - (u - 1)) / u;
}
