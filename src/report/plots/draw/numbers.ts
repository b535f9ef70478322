/** Numbers as people write them. */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** From here on, and below, a number has a power of ten. */
const LARGE = 1e9;
const MILLION = 1e6;
const SMALL = 1e-4;

/** A number of few characters. @param decimals how many stand behind the point */
export function fixed(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value)
    .toFixed(Math.min(20, Math.max(0, decimals)))
    .split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(digits) ? `−${digits}` : digits;
}

const superscript = (power: number): string =>
  `${power < 0 ? '⁻' : ''}${[...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;

/** `2.5×10⁹`. */
function withPower(value: number, decimals: number): string {
  const [mantissa, power] = value.toExponential(Math.min(20, Math.max(0, decimals))).split('e');
  const front = mantissa.replace('-', '−');
  return `${front === '1' ? '' : front === '−1' ? '−' : `${front}×`}10${superscript(Number(power))}`;
}

/** The exponent of a number's first digit. */
export const exponentOf = (value: number): number => Math.floor(Math.log10(Math.abs(value)) + 1e-12);

/** A tick of an axis whose ticks are `step` apart and at most `most` from 0. */
export function tickText(value: number, step: number, most: number): string {
  if (value === 0) return '0';
  const finest = exponentOf(step);
  if (most >= LARGE || most < SMALL) return withPower(value, exponentOf(value) - finest);
  if (most >= MILLION) return `${fixed(value / MILLION, 6 - finest)}M`;
  return fixed(value, -finest);
}

/** A value for people who want to know it: four digits, without zeros at the end. */
export function valueText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '−infinite';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= LARGE || size < SMALL) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e');
    const front = fixed(Number(mantissa), digits - 1).replace(/\.?0+$/, '');
    return `${front === '1' ? '' : front === '−1' ? '−' : `${front}×`}10${superscript(Number(power))}`;
  }
  const text = fixed(value, Math.max(0, digits - 1 - exponentOf(size)));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
