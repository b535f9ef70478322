/** Rounds to float32. */
export const { fround } = Math;

/** Largest finite float32. */
const LARGEST = 3.4028234663852886e38;
/** Halfway from there to 2¹²⁸: what is less rounds to LARGEST, what is not to infinity. */
const OVERFLOW_EDGE = 3.4028235677973366e38;

/**
 * float32 a·b + c with one rounding.
 *
 * The product of two float32 numbers is exact in float64, so `sum` is one rounding away from the truth. Rounding
 * it again to float32 can only go wrong if `sum` lies exactly halfway between two float32 numbers and the truth
 * does not (Boldo & Melquiond 2008, on double rounding); then the error of the sum decides.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = fround(sum);
  const down = sum - rounded;
  const other = sum + down;
  // If `sum` is halfway, its other neighbour, as far on its other side, is a float32 too.
  if (down !== 0 && fround(other) === other) return breakTie(product, c, sum, rounded, other);
  return rounded;
}

/** Chooses between the two neighbours of `sum`, seemingly halfway, by the sign of what `sum` lost. */
function breakTie(product: number, c: number, sum: number, rounded: number, other: number): number {
  // Knuth's TwoSum (TAOCP 2, §4.2.2, theorem B): product + c = sum + lost, exactly.
  const cPart = sum - product;
  const lost = product - (sum - cPart) + (c - cPart);
  if (lost === 0) return rounded;
  if (!Number.isFinite(rounded)) {
    if (sum === OVERFLOW_EDGE && lost < 0) return LARGEST;
    return sum === -OVERFLOW_EDGE && lost > 0 ? -LARGEST : rounded;
  }
  // `other` was itself rounded: then `sum` only came close to halfway.
  if (other - sum !== sum - rounded) return rounded;
  return lost > 0 ? Math.max(rounded, other) : Math.min(rounded, other);
}
