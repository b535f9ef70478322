/**
 * Dates and times of a text file as numbers: strptime's codes, UTC or an offset from it, no names
 * of time zones.
 */
import { checkKeys } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import type { Aliases } from '../../core/nearest.js';
import { show } from '../../core/show.js';

/**
 * The unit of a date's number, counted from the start of 1970 in UTC.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const unit: data.DateUnit = 'days';
 * ```
 */
export type DateUnit = 'milliseconds' | 'seconds' | 'minutes' | 'hours' | 'days';

/**
 * How a column writes its dates, and which number represents one.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const format: data.CsvDateFormat = { format: '%d.%m.%Y', unit: 'days' };
 * ```
 */
export interface CsvDateFormat {
  /**
   * Codes of C's strptime, as '%d.%m.%Y %H:%M': %Y %y %m %b %B %d %e %j %a %A, %H %I %M %S %f %p,
   * %z, %F %T %D %R %%. Default: ISO 8601, such as 2024-02-29 or 2024-02-29T12:30:00.5+01:00.
   */
  format?: string;
  /**
   * Default 'milliseconds', as in Parquet and Arrow. A format without a date counts from midnight.
   */
  unit?: DateUnit;
  /**
   * The time zone of texts without an offset: 'UTC' or an offset such as '+01:00'. Default 'UTC'.
   */
  zone?: string;
}

const KEYS: readonly (keyof CsvDateFormat)[] = ['format', 'unit', 'zone'];
const ALIASES: Aliases = {
  dateFormat: 'format',
  tz: 'zone',
  timezone: 'zone',
  timeZone: 'zone',
  units: 'unit',
};
const UNIT_MS: Readonly<Record<DateUnit, number>> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};
const UNIT_ALIASES: Aliases = { ms: 'milliseconds', s: 'seconds', min: 'minutes', h: 'hours', d: 'days' };
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const short = (names: readonly string[]): string => names.map((name) => name.slice(0, 3)).join('|');
const OFFSET = 'Z|[+-]\\d{2}(?::?\\d{2})?';

/** The pattern of each code, and the field that it sets; the weekday sets none. */
const CODES: Readonly<Record<string, readonly [pattern: string, field?: Field]>> = {
  Y: ['\\d{4}', 'year'],
  y: ['\\d{2}', 'shortYear'],
  m: ['1[0-2]|0?[1-9]', 'month'],
  b: [`(?:${short(MONTHS)}|sept)\\.?`, 'monthName'],
  B: [MONTHS.join('|'), 'monthName'],
  d: ['3[01]|[12]\\d|0?[1-9]', 'day'],
  e: ['3[01]|[12]\\d|\\s?[1-9]', 'day'],
  j: ['\\d{3}', 'dayOfYear'],
  a: [short(WEEKDAYS)],
  A: [WEEKDAYS.join('|')],
  H: ['2[0-3]|[01]?\\d', 'hour'],
  I: ['1[0-2]|0?[1-9]', 'hour12'],
  M: ['[0-5]\\d', 'minute'],
  S: ['[0-5]\\d', 'second'],
  f: ['\\d{1,9}', 'fraction'],
  p: ['[ap]\\.?m\\.?', 'half'],
  z: [OFFSET, 'offset'],
};
/** Codes that stand for several others. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
};
const ISO =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d)(?:[.,](?<fraction>\d{1,9}))?)? ?(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** POSIX: two-digit years from 69 on are in the twentieth century. */
const PIVOT = 69;
const DAY_MS = UNIT_MS.days;

type Field =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'offset';
type Fields = Partial<Record<Field, string>>;

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for unknown codes, or codes that do not make a date or a
 *   time
 */
function compile(what: string, format: string): { pattern: RegExp; fields: ReadonlySet<Field> } {
  const fields = new Set<Field>();
  const twice = (code: string): never =>
    bad(`${what} to have every part of a date once`, `%${code}`, `Remove it.`);
  const whole = format.replace(/%([FTRD])/g, (_, code: string) => SHORTHANDS[code]!);
  const pattern = whole.replace(/%(.?)|[\\^$.*+?()[\]{}|]|\s+/gs, (text, code: string | undefined) => {
    if (code === undefined) return text.trim() === '' ? '\\s+' : `\\${text}`;
    if (code === '%') return '%';
    const [part, field] =
      CODES[code] ?? bad(`${what} to have codes ${known()}`, `%${code}`, 'See its documentation.');
    if (field === undefined) return `(?:${part})`;
    if (fields.has(field)) twice(code);
    fields.add(field);
    return `(?<${field}>${part})`;
  });
  checkFields(what, format, fields);
  return { pattern: new RegExp(`^${pattern}$`, 'i'), fields };
}

const known = (): string =>
  [...Object.keys(CODES), ...Object.keys(SHORTHANDS)].map((code) => `%${code}`).join(' ');

function checkFields(what: string, format: string, fields: ReadonlySet<Field>): void {
  const has = (...names: Field[]): boolean => names.some((name) => fields.has(name));
  const year = has('year', 'shortYear');
  const complete = year
    ? !has('day') || has('month', 'monthName')
    : has('hour', 'hour12') && !has('month', 'monthName', 'day', 'dayOfYear');
  if (!complete || has('hour12') !== has('half')) {
    const hint = "Write codes, as '%d.%m.%Y', '%m/%d/%y %I:%M %p' or '%H:%M'.";
    bad(`${what} to describe a date with its year, or a time of day`, format, hint);
  }
}

const offsetMs = (text: string): number => {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * UNIT_MS.minutes;
};

/** Days since 1 January 1970 in the Gregorian calendar; undefined for a day that does not exist. */
function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  // Date.UTC treats the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / DAY_MS : undefined;
}

/** Reads dates of one format. */
export class DateReader {
  /** Description of the format, for messages. */
  readonly words: string;
  private readonly pattern: RegExp;
  private readonly isTime: boolean;
  private readonly unitMs: number;
  private readonly zoneMs: number;

  /** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
  constructor(what: string, given: CsvDateFormat) {
    checkKeys(what, given, KEYS, ALIASES);
    const { format, unit = 'milliseconds', zone = 'UTC' } = given;
    if (typeof unit !== 'string' || !Object.hasOwn(UNIT_MS, unit)) {
      unknownName(`${what}.unit`, unit, Object.keys(UNIT_MS), UNIT_ALIASES);
    }
    if (typeof zone !== 'string' || !/^(?:UTC|Z|[+-]\d{2}:\d{2})$/.test(zone)) {
      const hint = 'Summer time has two offsets: convert the column to UTC first if it has both.';
      bad(`${what}.zone to be 'UTC' or an offset such as '+01:00'`, zone, hint);
    }
    if (format !== undefined && typeof format !== 'string') {
      bad(`${what}.format to be text`, format, "Write '%d.%m.%Y'.");
    }
    const compiled = format === undefined ? undefined : compile(`${what}.format`, format);
    this.words = format === undefined ? 'dates of ISO 8601' : `dates as '${format}'`;
    this.pattern = compiled?.pattern ?? ISO;
    this.isTime = compiled !== undefined && !compiled.fields.has('year') && !compiled.fields.has('shortYear');
    this.unitMs = UNIT_MS[unit];
    this.zoneMs = offsetMs(zone);
  }

  /** Whether its numbers are milliseconds since 1970, so that a table can show them as dates. */
  get countsMilliseconds(): boolean {
    return !this.isTime && this.unitMs === 1;
  }

  /** The number; undefined for text that is not such a date, or a day that does not exist. */
  parse(text: string): number | undefined {
    const fields = this.pattern.exec(text)?.groups as Fields | undefined;
    if (fields === undefined) return undefined;
    const days = this.isTime ? 0 : dayOf(fields);
    if (days === undefined) return undefined;
    const zone = fields.offset === undefined ? (this.isTime ? 0 : this.zoneMs) : offsetMs(fields.offset);
    const ms = days * DAY_MS + timeOf(fields) - zone;
    const { fraction } = fields;
    if (fraction === undefined) return ms / this.unitMs;
    // Whole nanoseconds exceed float64's precision; as decimal text they are rounded only once.
    const nanoseconds = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
    if (this.unitMs === UNIT_MS.seconds) return Number(`${nanoseconds}e-9`);
    return Number(`${nanoseconds}e-6`) / this.unitMs;
  }
}

function dayOf(fields: Fields): number | undefined {
  const { shortYear, monthName, dayOfYear } = fields;
  let year = Number(fields.year ?? shortYear);
  if (shortYear !== undefined) year += year >= PIVOT ? 1900 : 2000;
  if (dayOfYear !== undefined) {
    const first = daysOf(year, 1, 1)!;
    const day = Number(dayOfYear);
    return day >= 1 && first + day <= daysOf(year + 1, 1, 1)! ? first + day - 1 : undefined;
  }
  const named =
    monthName && MONTHS.findIndex((name) => name.startsWith(monthName.slice(0, 3).toLowerCase())) + 1;
  return daysOf(year, Number(named ?? fields.month ?? 1), Number(fields.day ?? 1));
}

function timeOf({ hour, hour12, minute = '0', second = '0', half }: Fields): number {
  let hours = Number(hour ?? 0);
  if (hour12 !== undefined) hours = (Number(hour12) % 12) + (half?.toLowerCase().startsWith('p') ? 12 : 0);
  return hours * UNIT_MS.hours + Number(minute) * UNIT_MS.minutes + Number(second) * UNIT_MS.seconds;
}
