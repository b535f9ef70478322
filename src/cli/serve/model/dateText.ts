/** Dates as text, for examples: what `DateReader` reads. */

const DAY_MS = 86_400_000;
/** strptime's pivot: two digits stand for years from 1969 to 2068. */
const SHORT_YEARS = [1969, 2068] as const;

const name = (of: 'month' | 'weekday', style: 'long' | 'short') => (date: Date) =>
  new Intl.DateTimeFormat('en-US', { [of]: style, timeZone: 'UTC' }).format(date);
const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');
const yearStart = (date: Date): number => Date.UTC(date.getUTCFullYear(), 0, 1);

const CODES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => padded(date.getUTCFullYear(), 4),
  y: (date) => padded(date.getUTCFullYear() % 100),
  m: (date) => padded(date.getUTCMonth() + 1),
  b: name('month', 'short'),
  B: name('month', 'long'),
  d: (date) => padded(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()),
  j: (date) => padded(Math.floor((date.getTime() - yearStart(date)) / DAY_MS) + 1, 3),
  a: name('weekday', 'short'),
  A: name('weekday', 'long'),
  H: (date) => padded(date.getUTCHours()),
  I: (date) => padded(date.getUTCHours() % 12 || 12),
  M: (date) => padded(date.getUTCMinutes()),
  S: (date) => padded(date.getUTCSeconds()),
  f: (date) => padded(date.getUTCMilliseconds(), 3),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  z: () => '+0000',
  F: (date) => withCodes(date, '%Y-%m-%d'),
  T: (date) => withCodes(date, '%H:%M:%S'),
  R: (date) => withCodes(date, '%H:%M'),
  D: (date) => withCodes(date, '%m/%d/%y'),
  '%': () => '%',
};

const withCodes = (date: Date, format: string): string =>
  format.replace(/%(.)/gs, (text, code: string) => CODES[code]?.(date) ?? text);

/** Four digits are the years that a format can write. */
const YEARS = [0, 9999] as const;

/**
 * @param ms since 1970 in UTC; of a time of day since midnight
 * @param format of strptime; '' for ISO 8601, of which a day without a time is the short form
 */
export function dateText(ms: number, format: string): string {
  const [first, last] = /%[yD]/.test(format) ? SHORT_YEARS : YEARS;
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  // Also what no Date can hold.
  if (!(year >= first && year <= last)) return dateText(0, format);
  if (format !== '') return withCodes(date, format);
  const text = date.toISOString();
  return ms % DAY_MS === 0 ? text.slice(0, text.indexOf('T')) : text;
}
