/** Recognizes text that looks like a date or a time, and the formats that can read it. */
import { DateReader } from './dateFormat.js';

const DATES = [
  ...['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%d.%m.%Y', '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%m-%d-%Y'],
  ...['%d.%m.%y', '%d/%m/%y', '%m/%d/%y', '%d-%m-%y', '%m-%d-%y', '%y/%m/%d'],
  ...[
    '%d %b %Y',
    '%d %B %Y',
    '%d-%b-%Y',
    '%d-%b-%y',
    '%d/%b/%Y',
    '%d %b %y',
    '%d. %B %Y',
    '%d. %b %Y',
    '%d%b%Y',
  ],
  ...['%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y', '%Y %b %d', '%Y-%b-%d'],
  ...[
    '%a, %d %b %Y',
    '%A, %d %B %Y',
    '%A, %B %d, %Y',
    '%a %b %d %Y',
    '%A, %d. %B %Y',
    '%a, %d. %b %Y',
    '%A %d %B %Y',
    '%a %d %b %Y',
  ],
];
const TIMES = [
  ...['%H:%M', '%H:%M:%S', '%H:%M:%S.%f', '%H:%M:%S,%f', '%H:%M %z', '%H:%M:%S %z', '%H:%M:%S%z'],
  ...['%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%I:%M:%S%p', '%I %p', '%I%p'],
];
const OTHERS = [
  ...['%Y-%m', '%Y/%m', '%m/%Y', '%b %Y', '%B %Y', '%b-%Y', '%b-%y', '%Y-%b', '%Y %B'],
  ...['%Y%m%dT%H%M%S', '%Y%m%dT%H%M%S%z', '%a %b %d %H:%M:%S %Y'],
];

type Readers = readonly (readonly [format: string, reader: DateReader])[];
const readersOf = (formats: readonly string[]): Readers =>
  formats.map((format) => [format, new DateReader('dates', format === '' ? {} : { format })] as const);

let readers: { dates: Readers; times: Readers; others: Readers } | undefined;

/** Created on first use. ISO 8601 is the format ''. */
function allReaders(): NonNullable<typeof readers> {
  readers ??= { dates: readersOf(DATES), times: readersOf(TIMES), others: readersOf(['', ...OTHERS]) };
  return readers;
}

/** The form of all dates and times: few characters, of these kinds. */
const MAY_BE_DATE = /^(?=.*\d)[\p{L}\d\s.,:/+-]{3,40}$/u;
const SEPARATED = /\d[./:\s-]+[\d\p{L}]|\p{L}[.,\s-]*\d|\d[AaPp]/u;
const YEARS = '(?:1[5-9]|2[01])\\d\\d';
const YEAR = new RegExp(`(?<!\\d)${YEARS}(?!\\d{3,})`);
const WORD = '\\p{L}{3,10}\\.?';

/** A day, a word and a year: a date with a month in a language other than English. */
const FOREIGN_DATE = new RegExp(
  `^(?:\\p{L}{2,}\\.?,? )?(?:\\d{1,2}\\.?[ -](?:de )?${WORD}[ -](?:de )?${YEARS}|${WORD} \\d{1,2},? ${YEARS}|${YEARS}年\\d{1,2}月)`,
  'u',
);
/** The result of {@link dateLooks} for a date that no format reads. */
export const NO_FORMAT = 'none';

/** A date, a separator, and a time. */
const WITH_TIME = /^(.*?)(,\s|\s|T|:)\s*(\d{1,2}(?::\d\d.*|\s?[ap]\.?m\.?))$/i;

/** The formats that match a text: '' is ISO 8601, the others are strptime's. */
export function dateLooks(text: string): string[] {
  if (!MAY_BE_DATE.test(text) || !SEPARATED.test(text)) return [];
  const hasYear = YEAR.test(text);
  const { dates, times, others } = allReaders();
  const fitting = (list: Readers, part: string): string[] =>
    list
      .filter(([format, reader]) => (hasYear || !/^$|%Y/.test(format)) && reader.parse(part) !== undefined)
      .map(([format]) => format);
  const fits = [...fitting(others, text), ...fitting(dates, text), ...fitting(times, text)];
  const [, date, between, time] = WITH_TIME.exec(text) ?? [];
  if (date !== undefined && fits.length === 0) {
    const clocks = fitting(times, time!);
    const separator = between!.replace(/\s/, ' ');
    if (clocks.length > 0) {
      for (const day of fitting(dates, date)) fits.push(...clocks.map((clock) => day + separator + clock));
    }
  }
  return fits.length === 0 && FOREIGN_DATE.test(text) ? [NO_FORMAT] : fits;
}
