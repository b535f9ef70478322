/** How figures are printed. */

/** A figure with three digits that count. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const places = Math.min(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))), 4);
  return value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** A share of 1 as a percentage of two digits. */
export const percent = (share: number): string =>
  share >= 0.995 ? `${Math.round(100 * share)} %` : `${(100 * share).toPrecision(2)} %`;
