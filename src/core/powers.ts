/** Powers of two: scaling by them is exact, so sums can be kept far from the limits of float64. */

const float = new Float64Array(1);
/** Index of the word of `float` that holds sign and exponent. */
const words = new Uint32Array(float.buffer);
const TOP = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const BIAS = 1023;
const FRACTION_BITS = 20;
const LEAST_NORMAL = 2 ** -1022;
/** Scales every subnormal number into the normal range. */
const LIFT_BITS = 54;

/** The e of |value| = m·2ᵉ with 1 ≤ m < 2; 0 for zero and for values that are not finite. */
export function exponentOf(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !(size < Number.POSITIVE_INFINITY)) return 0;
  if (size < LEAST_NORMAL) return exponentOf(size * 2 ** LIFT_BITS) - LIFT_BITS;
  float[0] = size;
  return (words[TOP]! >>> FRACTION_BITS) - BIAS;
}

/** 2ᵉ for −1022 ≤ e ≤ 1023, exactly. */
export function powerOfTwo(exponent: number): number {
  words.fill(0);
  words[TOP] = (exponent + BIAS) << FRACTION_BITS;
  return float[0]!;
}

/** value·2ᵉ for any e, rounded once. */
export function timesPower(value: number, exponent: number): number {
  // Exponents beyond these limits give 0 or Infinity anyway; the cut ends the loop below. 2^NaN is
  // NaN.
  if (!(exponent <= 4 * BIAS)) return value === 0 ? value : value * (exponent * Number.POSITIVE_INFINITY);
  if (exponent > BIAS) return timesPower(value * powerOfTwo(BIAS), exponent - BIAS);
  if (exponent >= -BIAS + 1) return value * powerOfTwo(exponent);
  if (exponent < -4 * BIAS) return value * 0;
  // Only the last factor may round.
  return timesPower(value, exponent + BIAS - 1) * powerOfTwo(-BIAS + 1);
}

/**
 * The rows of a matrix with column j multiplied by 2^exponents[j]; the matrix itself if all are 0.
 */
export function timesPowers(values: Float64Array, exponents: readonly number[]): Float64Array {
  if (exponents.every((e) => e === 0)) return values;
  const cols = exponents.length;
  // If the factor is a normal number, one multiplication per element is exact too.
  const areNormal = exponents.every((e) => e <= BIAS && e >= -BIAS + 1);
  const factors = areNormal ? Float64Array.from(exponents, powerOfTwo) : undefined;
  const scaled = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += cols) {
    for (let j = 0; j < cols; j++) {
      const value = values[start + j]!;
      scaled[start + j] = factors ? value * factors[j]! : timesPower(value, exponents[j]!);
    }
  }
  return scaled;
}

/** √(value·2ᵉ), even if value·2ᵉ is outside float64; the digits are the same for every even e. */
export function rootOfPower(value: number, exponent: number): number {
  const odd = Math.abs(exponent % 2);
  return timesPower(Math.sqrt(value * 2 ** odd), (exponent - odd) / 2);
}
