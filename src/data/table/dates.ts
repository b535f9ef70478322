import type { NumericColumn } from '../column.js';

const DAY_MS = 86_400_000;
/** The largest time that a Date holds. */
const MOST_MS = 8.64e15;

const NANOSECOND_DIGITS = 6;

/** How the dates of a column are written: by day if all are midnight, else with the time. */
export function dateFormatOf(column: NumericColumn): (ms: number) => string {
  const byDay = column.every((ms) => Number.isNaN(ms) || ms % DAY_MS === 0);
  return (ms) => dateText(ms, byDay);
}

/**
 * ISO 8601, UTC, with as many digits of a second as it takes to read the same number again. A
 * number that is no time of a Date is written as it is.
 */
function dateText(ms: number, byDay: boolean): string {
  if (!(Math.abs(ms) <= MOST_MS)) return String(ms);
  const whole = Math.floor(ms);
  const text = new Date(whole).toISOString();
  if (byDay) return text.slice(0, -'T00:00:00.000Z'.length);
  if (whole === ms) return text.replace('.000Z', 'Z');
  const digits = (ms - whole).toFixed(NANOSECOND_DIGITS).slice('0.'.length);
  return `${text.slice(0, -1)}${digits.replace(/0+$/, '')}Z`;
}
