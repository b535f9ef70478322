/**
 * Decimal numbers n · 10^−scale, as Parquet and Arrow store them: integers with one scale per
 * column.
 */

/** 10^0 … 10^22: the powers of ten that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/**
 * Integers below this survive for any scale: the spacing of float64 near n · 10^−scale, at most n ·
 * 10^−scale · 2^−52, is then smaller than that of decimals of the scale.
 */
const KEPT = 2 ** 52;

/** The float64 nearest to n · 10^−scale. */
export function nearestFloat(n: bigint | number, scale: number): number {
  const value = Number(n);
  // Both are exact, so the quotient or product is rounded only once, to the nearest.
  if (Number.isSafeInteger(value) && Math.abs(scale) < POWERS.length) {
    return scale >= 0 ? value / POWERS[scale]! : value * POWERS[-scale]!;
  }
  return Number(`${n}e${-scale}`);
}

/** Digits without leading and trailing zeros, and the power of ten of the last one. */
function normal(digits: string, power: number): string {
  const significant = digits.replace(/^0+/, '');
  const cut = significant.replace(/0+$/, '');
  return `${cut}e${power + significant.length - cut.length}`;
}

/**
 * True if float64 preserves the decimal: its shortest decimal form has the same digits. Two such
 * decimals are two different float64.
 */
export function isKept(n: bigint | number, scale: number, value: number): boolean {
  if (Math.abs(Number(n)) < KEPT) return true;
  const [, sign = '', before = '', after = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const [, nSign, nDigits = ''] = /^(-?)(\d+)$/.exec(String(n))!;
  return (
    sign === nSign && normal(before + after, Number(exponent) - after.length) === normal(nDigits, -scale)
  );
}

/** All digits, with as many after the point as the scale defines. */
export function decimalText(n: bigint | number, scale: number): string {
  const text = String(n);
  if (scale <= 0) return text === '0' ? text : text + '0'.repeat(-scale);
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The integer in two's complement bytes, highest first; 0 if there are none. */
export function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

/** The integer in two's complement words of 32 bits, lowest first. */
export function littleEndianWords(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]!);
  return BigInt.asIntN(32 * words.length, value);
}
