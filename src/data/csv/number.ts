/**
 * Digits with an optional point and exponent: what Number() accepts, except hexadecimal and empty
 * text.
 */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** True for a decimal number, and for inf and infinity. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text) || INFINITE.test(text);

/** Why float64 cannot represent a text. */
export type NotANumber = 'text' | 'tooLarge' | 'largeInteger';

/**
 * The float64 nearest to a decimal number, as Number() gives it, or the reason why there is none:
 * the text is not a number, or is outside float64's range, or is an integer outside ±(2^53 − 1).
 */
export function parseDecimal(
  given: string,
  decimal: '.' | ',',
  largeIntegers: 'error' | 'round',
): number | NotANumber {
  // With a decimal comma, a point is a thousands separator or a mistake: guessing could be wrong by
  // a factor of 1000.
  if (decimal === ',' && given.includes('.')) return 'text';
  const text = decimal === ',' ? given.replace(',', '.') : given;
  if (!DECIMAL.test(text)) {
    const infinite = INFINITE.exec(text);
    if (infinite === null) return 'text';
    return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return 'tooLarge';
  if (largeIntegers === 'error' && Math.abs(value) > Number.MAX_SAFE_INTEGER && WHOLE.test(text))
    return 'largeInteger';
  return value;
}

/** 10^0 … 10^22: the powers of ten that float64 holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** 2^27 + 1: multiplying by it splits a float64 into two halves of 26 bits (Veltkamp). */
const SPLITTER = 134217729;
/**
 * The error of the quotient's second part is a few units in its last place, 2^-52 of itself; this
 * leaves a wide margin. A quotient closer than that to the midpoint of two float64 is left to
 * Number().
 */
const DOUBT = 2 ** -44;

/**
 * (high·10^lowDigits + low) / 10^places, correctly rounded, for numbers of 16 to 18 digits; NaN if
 * float64 arithmetic cannot decide which of two neighbours is nearer.
 *
 * The numerator is held exactly as the sum of two float64, the division is done to about 100 bits
 * (Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18,
 * 1971), and the sum is accepted if its rounding stays the same when the second part is moved by
 * more than its error.
 * @param high below 10^9. @param low below 10^lowDigits. @param lowDigits at most 9. @param places
 *   1 to 22
 */
export function divideLong(high: number, low: number, lowDigits: number, places: number): number {
  // Exact: 10^9 has 21 significant bits and high 30.
  const shifted = high * POWERS_OF_TEN[lowDigits]!;
  const n = shifted + low;
  const nRest = low - (n - shifted);
  const d = POWERS_OF_TEN[places]!;
  const q = n / d;
  // q·d = product + error, exactly.
  const product = q * d;
  const qScaled = SPLITTER * q;
  const qHigh = qScaled - (qScaled - q);
  const qLow = q - qHigh;
  const dScaled = SPLITTER * d;
  const dHigh = dScaled - (dScaled - d);
  const dLow = d - dHigh;
  const error = qLow * dLow - (product - qHigh * dHigh - qLow * dHigh - qHigh * dLow);
  const rest = (n - product - error + nRest) / d;
  const value = q + rest;
  const left = q - value + rest;
  const doubt = Math.abs(rest) * DOUBT;
  return value + (left + doubt) === value && value + (left - doubt) === value ? value : Number.NaN;
}
