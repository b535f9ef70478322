/**
 * Decimal numbers n · 10^−scale, as Parquet and Arrow store
 * them: whole numbers with a scale of their column.
 */

/** 10^0 … 10^22: the powers of ten that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/**
 * Smaller whole numbers are always given back, whatever their scale: neighbours of n · 10^−scale
 * are then nearer to each other, n · 10^−scale · 2^−52 at most, than decimals of that scale are.
 */
const KEPT = 2 ** 52;

/** The float64 nearest to n · 10^−scale. */
export function nearestFloat(n: bigint | number, scale: number): number {
  const value = Number(n);
  // Both exact, so the quotient or product is rounded once, to the nearest.
  if (Number.isSafeInteger(value) && Math.abs(scale) < POWERS.length) {
    return scale >= 0 ? value / POWERS[scale]! : value * POWERS[-scale]!;
  }
  return Number(`${n}e${-scale}`);
}

/** Digits without zeros at either end, and the power of ten of the last one. */
function normal(digits: string, power: number): string {
  const significant = digits.replace(/^0+/, '');
  const cut = significant.replace(/0+$/, '');
  return `${cut}e${power + significant.length - cut.length}`;
}

/**
 * True if float64 keeps the decimal: its shortest decimal form has the same digits. Two decimals
 * for which that holds are two different float64.
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

/** All digits, with as many behind the point as the scale says. */
export function decimalText(n: bigint | number, scale: number): string {
  const text = String(n);
  if (scale <= 0) return text === '0' ? text : text + '0'.repeat(-scale);
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The whole number of two's complement bytes, the highest first; 0 if there are none. */
export function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

/** The whole number of two's complement words of 32 bits, the lowest first. */
export function littleEndianWords(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]!);
  return BigInt.asIntN(32 * words.length, value);
}
