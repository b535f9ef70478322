import { divideLong, POWERS_OF_TEN } from './number.js';

const LF = 10;
const CR = 13;
const PLUS = 43;
export const MINUS = 45;
/** The bytes '0' … '9' xor '0' are their values; every other byte gives 10 or more. */
export const ZERO = 48;
/** 'e', and 'E' with this bit set. */
const EXPONENT = 101;
const LOWER_CASE = 32;
/** Digits that an int32 can hold. */
export const INT32_DIGITS = 9;
/** Maximum digits of an exponent: larger ones overflow or underflow anyway. */
const EXPONENT_DIGITS = 3;
/** 2^53: smaller integers are exact in float64. */
const EXACT = 2 ** 53;
const MAX_POWER = POWERS_OF_TEN.length - 1;

/**
 * Reads the numbers of fields byte by byte. Numbers of at most 15 digits and small exponents are
 * computed by one exact product or quotient (Clinger, "How to read floating point numbers
 * accurately", PLDI 1990), those of up to 18 digits by {@link divideLong}. All results equal
 * Number(text).
 */
export class NumberScanner {
  /** The position after the number. */
  at = 0;
  /**
   * The number; NaN for text that is not a number, or not one for this scanner. In an array, to
   * avoid boxing.
   */
  readonly value = new Float64Array(1);
  /** The first nine digits and the following ones, without leading zeros. */
  private high = 0;
  private low = 0;
  private lowDigits = 0;
  /** Total number of digits; 0 if it is not a number. */
  private digits = 0;
  /** Digits after the point, minus the exponent. */
  private places = 0;

  constructor(
    private readonly delimiter: number,
    private readonly decimal: number,
  ) {}

  /**
   * Continues where the caller stopped: after the first digits, nine at most.
   * @param first where the digits begin
   * @param high the digits between `first` and `at`
   */
  scan(buffer: Buffer, first: number, at: number, high: number, negative: boolean): void {
    this.at = at;
    this.high = high;
    this.low = 0;
    this.lowDigits = 0;
    this.places = 0;
    if ((buffer[at]! ^ ZERO) < 10) this.scanLow(buffer);
    this.digits = this.at - first;
    if (buffer[this.at] === this.decimal) this.scanFraction(buffer);
    const whole = this.places === 0;
    const hasExponent = (buffer[this.at]! | LOWER_CASE) === EXPONENT && this.digits > 0;
    if (hasExponent) this.scanExponent(buffer);
    const c = buffer[this.at];
    const isEnd = c === this.delimiter || c === LF || c === CR;
    const isRead = isEnd && this.digits > 0 && this.lowDigits <= INT32_DIGITS;
    if (isRead) this.compose(negative, whole && !hasExponent);
    else this.value[0] = Number.NaN;
  }

  /** Digits after the first nine. */
  private scanLow(buffer: Buffer): void {
    const start = this.at;
    let { at, low } = this;
    for (let d = buffer[at]! ^ ZERO; d < 10; d = buffer[at]! ^ ZERO) {
      low = (Math.imul(low, 10) + d) | 0;
      at++;
    }
    this.low = low;
    this.at = at;
    this.lowDigits += at - start;
  }

  private scanFraction(buffer: Buffer): void {
    let { at, high } = this;
    const point = ++at;
    let limit = this.lowDigits > 0 ? at : at + INT32_DIGITS - this.digits;
    if (high === 0 && this.lowDigits === 0) {
      // Leading zeros do not count: 0.01… may have as many digits as 1….
      while (buffer[at] === ZERO) at++;
      limit = at + INT32_DIGITS;
    }
    let d = buffer[at]! ^ ZERO;
    while (d < 10 && at < limit) {
      high = (Math.imul(high, 10) + d) | 0;
      d = buffer[++at]! ^ ZERO;
    }
    this.at = at;
    this.high = high;
    if (d < 10) this.scanLow(buffer);
    this.places = this.at - point;
    this.digits += this.places;
  }

  private scanExponent(buffer: Buffer): void {
    let at = this.at + 1;
    const sign = buffer[at];
    if (sign === MINUS || sign === PLUS) at++;
    const start = at;
    let exponent = 0;
    for (let d = buffer[at]! ^ ZERO; d < 10; d = buffer[at]! ^ ZERO) {
      exponent = (exponent * 10 + d) | 0;
      at++;
    }
    this.at = at;
    if (at === start || at - start > EXPONENT_DIGITS) this.digits = 0;
    this.places += sign === MINUS ? exponent : -exponent;
  }

  private compose(negative: boolean, whole: boolean): void {
    const { high, low, lowDigits, places } = this;
    const number = lowDigits === 0 ? high : high * POWERS_OF_TEN[lowDigits]! + low;
    let value = Number.NaN;
    if (number < EXACT) {
      if (places === 0) value = number;
      else if (places > 0 && places <= MAX_POWER) value = number / POWERS_OF_TEN[places]!;
      else if (places < 0 && places >= -MAX_POWER) value = number * POWERS_OF_TEN[-places]!;
    } else if (!whole && places > 0 && places <= MAX_POWER) {
      value = divideLong(high, low, lowDigits, places);
    }
    this.value[0] = negative ? -value : value;
  }
}
