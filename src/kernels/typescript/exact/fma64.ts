/** Veltkamp's constant: splits 53 bits into 26 and 26 (with sign). */
const SPLITTER = 2 ** 27 + 1;
/** Within these, neither products nor their errors overflow or lose bits below the smallest number. */
const LARGE = 2 ** 500;
const SMALL = 2 ** -400;
const LEAST = 2 ** -850;
const GREATEST = 2 ** 1000;

const FRACTION_BITS = 52;
const BITS = 53;
/** Exponent of the last bit of the smallest number. */
const LAST_EXPONENT = -1074;
const EXPONENT_BIAS = 1075;
const INFINITE_EXPONENT = 971;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which of the two words holds the last bits. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const wide = new BigInt64Array(double.buffer);

/**
 * float64 a·b + c with one rounding.
 *
 * The product and the sum are split into parts without error (Dekker 1971; Knuth, TAOCP 2 §4.2.2); the low parts are added
 * with rounding to odd, after which adding the high part rounds as if everything had been exact (Boldo & Melquiond
 * 2008, "Emulation of a FMA and correctly rounded sums"). Numbers near the ends of the range go through integers.
 */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b;
  // A zero, an infinity or a NaN among them: one of the two operations is exact.
  if (product === 0 || c === 0 || product - product !== 0 || c - c !== 0) {
    // Not so for a product of finite numbers that itself overflows, or rounds to 0.
    const finite = a - a === 0 && b - b === 0 && c - c === 0;
    const lost = product - product !== 0 || (product === 0 && a !== 0 && b !== 0);
    return finite && lost ? slowFma(a, b, c) : product + c;
  }
  const [x, y, z] = [Math.abs(a), Math.abs(b), Math.abs(c)];
  const ordinary = x < LARGE && y < LARGE && x > SMALL && y > SMALL && z > LEAST && z < GREATEST;
  if (!ordinary) return slowFma(a, b, c);
  const [aBig, bBig] = [a * SPLITTER, b * SPLITTER];
  const aHigh = aBig - (aBig - a);
  const bHigh = bBig - (bBig - b);
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  const productLow = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  // c + productLow, then the product and that.
  const sum = c + productLow;
  const sumLow = errorOfSum(c, productLow, sum);
  const high = product + sum;
  return high + oddSum(sumLow, errorOfSum(product, sum, high));
}

function errorOfSum(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** a + b, rounded to the neighbour whose last bit is 1 unless it is exact. */
function oddSum(a: number, b: number): number {
  const sum = a + b;
  const error = errorOfSum(a, b, sum);
  if (error === 0) return sum;
  double[0] = sum;
  const low = words[LOW] as number;
  if ((low & 1) !== 0) return sum;
  // The neighbour on the side of the error: numbers of one sign are ordered as their bits are.
  if (error > 0 === sum > 0) {
    words[LOW] = low + 1;
  } else {
    words[LOW] = low - 1;
    if (low === 0) words[1 - LOW]! -= 1;
  }
  return double[0];
}

/** A finite number other than 0 as an integer times a power of two. */
function parts(x: number): { integer: bigint; exponent: number } {
  double[0] = x;
  const bits = BigInt.asUintN(64, wide[0] as bigint);
  const biased = Number((bits >> BigInt(FRACTION_BITS)) & 0x7ffn);
  const fraction = bits & ((1n << BigInt(FRACTION_BITS)) - 1n);
  const magnitude = biased === 0 ? fraction : fraction | (1n << BigInt(FRACTION_BITS));
  return { integer: x < 0 ? -magnitude : magnitude, exponent: Math.max(biased, 1) - EXPONENT_BIAS };
}

function slowFma(a: number, b: number, c: number): number {
  const [x, y, z] = [parts(a), parts(b), parts(c)];
  const productExponent = x.exponent + y.exponent;
  const exponent = Math.min(productExponent, z.exponent);
  const product = (x.integer * y.integer) << BigInt(productExponent - exponent);
  return round(product + (z.integer << BigInt(z.exponent - exponent)), exponent);
}

/** integer·2^exponent, to nearest, ties to even. */
function round(integer: bigint, exponent: number): number {
  if (integer === 0n) return 0;
  const sign = integer < 0n ? -1 : 1;
  const magnitude = integer < 0n ? -integer : integer;
  const drop = Math.max(magnitude.toString(2).length - BITS, LAST_EXPONENT - exponent);
  if (drop <= 0) return sign * scale(magnitude, exponent);
  const unit = 1n << BigInt(drop);
  const rest = magnitude & (unit - 1n);
  const half = unit >> 1n;
  let kept = magnitude >> BigInt(drop);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  return sign * scale(kept, exponent + drop);
}

/** At most 54 bits times a power of two, where the result is a float64 or too large for one. */
function scale(integer: bigint, exponent: number): number {
  if (exponent > INFINITE_EXPONENT)
    return Number(integer) * 2 ** (INFINITE_EXPONENT - 1) * 2 ** (exponent - INFINITE_EXPONENT + 1);
  // 2^−1074 is a number, but powers between it and 2^−1022 are reached in two exact steps.
  return exponent < -1000
    ? Number(integer) * 2 ** -1000 * 2 ** (exponent + 1000)
    : Number(integer) * 2 ** exponent;
}
