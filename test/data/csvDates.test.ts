import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const DAY = 86_400_000;

async function read(texts: readonly string[], option: data.CsvDateFormat): Promise<number[]> {
  const path = await files.write(`id,v\n${texts.map((text, i) => `${i},"${text}"`).join('\n')}\n`);
  const options = { dates: { v: option } };
  const { x } = await data.csv(path, options).load();
  const values = [...x.data].filter((_, i) => i % 2 === 1);
  expect([...(await data.csv(path, options).table()).numbers('v')]).toEqual(values);
  const batches: number[] = [];
  for await (const batch of data.csv(path, options).batches(3)) {
    batches.push(...batch.x.data.filter((_, i) => i % 2 === 1));
  }
  expect(batches).toEqual(values);
  return values;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const two = (value: number): string => String(value).padStart(2, '0');

/** What strftime writes, for the codes used below. */
function write(format: string, date: Date): string {
  const hour = date.getUTCHours();
  const month = MONTHS[date.getUTCMonth()]!;
  const weekday = WEEKDAYS[date.getUTCDay()]!;
  const parts: Record<string, string> = {
    Y: String(date.getUTCFullYear()),
    y: two(date.getUTCFullYear() % 100),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    e: String(date.getUTCDate()),
    b: month.slice(0, 3),
    B: month,
    a: weekday.slice(0, 3),
    A: weekday,
    H: two(hour),
    I: two(hour % 12 || 12),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    f: String(date.getUTCMilliseconds()).padStart(3, '0'),
    p: hour < 12 ? 'AM' : 'PM',
    z: '+0000',
  };
  return format.replace(/%(.)/g, (_, code: string) => parts[code]!);
}

const FORMATS: readonly string[] = [
  ...[
    '%Y-%m-%d',
    '%d.%m.%Y',
    '%d/%m/%Y',
    '%m/%d/%Y',
    '%m/%d/%y',
    '%d-%b-%Y',
    '%b %d, %Y',
    '%A, %d. %B %Y',
    '%e %B %Y',
  ],
  ...[
    '%Y-%m-%d %H:%M:%S.%f',
    '%d.%m.%Y %H:%M',
    '%m/%d/%Y %I:%M:%S %p',
    '%a %b %d %H:%M:%S %Y',
    '%d/%b/%Y:%H:%M:%S %z',
  ],
];
/** What a format leaves out is at its begin. */
function cut(format: string, ms: number): number {
  if (format.includes('%f')) return ms;
  if (format.includes('%S')) return ms - (ms % 1000);
  if (format.includes('%M')) return ms - (ms % 60_000);
  return ms - (ms % DAY);
}

describe('a CSV column of dates', () => {
  const dates = Array.from({ length: 25 }, (_, i) => new Date((i * 997_241_113_777) % (60 * 365 * DAY)));

  it.each(FORMATS)(
    'written as %s is refused with a format that reads it, and read exactly',
    async (format) => {
      const texts = dates.map((date) => write(format, date));
      const path = await files.write(`id,v\n${texts.map((text, i) => `${i},"${text}"`).join('\n')}\n`);
      const error = (await data
        .csv(path)
        .load()
        .catch((reason: unknown) => reason)) as Error;
      expect(error).toEqual(
        refused('ERR_DATA_FILE', "column 'v' (2)", `dates or times such as "${texts[0]}"`),
      );
      const named = /dates: (?:\['v'\]|\{ 'v': \{ format: '(.*?)' \} \})/.exec(error.message)!;
      const expected = dates.map((date) => cut(format, date.getTime()));
      expect(await read(texts, { format })).toEqual(expected);
      const options = { dates: { v: named[1] === undefined ? {} : { format: named[1] } } };
      expect([...(await data.csv(path, options).table()).numbers('v')]).toEqual(expected);
    },
  );

  it('of ISO 8601 needs no format, and may have a zone of its own', async () => {
    const texts = [
      '1970-01-02',
      '2024-02-29T12:30',
      '2024-02-29 12:30:15.5Z',
      '2024-02-29T12:30:15,5+01:00',
      '1969-12-31T23:59:59.999-0930',
    ];
    const utc = Date.UTC(2024, 1, 29, 12, 30);
    const expected = [DAY, utc, utc + 15_500, utc + 15_500 - 3_600_000, -1 + 9.5 * 3_600_000];
    expect(await read(texts, {})).toEqual(expected);
    const path = await files.write(`v\n${texts.map((text) => `"${text}"`).join('\n')}\n`);
    for (const options of [{ dates: ['v'] }, { types: { v: 'date' } }] as const) {
      expect([...(await data.csv(path, options).load()).x.data]).toEqual(expected);
    }
  });

  it('has the unit and the zone asked for', async () => {
    const texts = ['2024-03-01 06:00', '1969-12-31 00:00'];
    const days = [Date.UTC(2024, 2, 1) / DAY + 0.25, -1];
    for (const [unit, perDay] of [
      ['milliseconds', DAY],
      ['seconds', 86_400],
      ['minutes', 1440],
      ['hours', 24],
      ['days', 1],
    ] as const) {
      expect(await read(texts, { unit })).toEqual(days.map((day) => day * perDay));
      expect(await read(texts, { unit, zone: '+06:00' })).toEqual(days.map((day) => (day - 0.25) * perDay));
    }
  });

  it('of times of day counts from midnight', async () => {
    expect(await read(['06:00', '23:59'], { format: '%H:%M', unit: 'minutes' })).toEqual([360, 1439]);
    expect(await read(['12:00 AM', '12:30 pm'], { format: '%I:%M %p', unit: 'minutes' })).toEqual([0, 750]);
    expect(await read(['00:00:01.5'], { format: '%H:%M:%S.%f' })).toEqual([1500]);
  });

  it('keeps fractions to the nearest float64', async () => {
    expect(await read(['1970-01-01T00:00:00.123456789Z', '2024-02-29T12:30:15.1234567Z'], {})).toEqual([
      123.456789,
      Date.UTC(2024, 1, 29, 12, 30, 15) + 123.4567,
    ]);
    expect(await read(['1970-01-01T00:00:00.1Z'], { unit: 'seconds' })).toEqual([0.1]);
  });

  it('has NaN where a date is missing', async () => {
    expect(await read(['1970-01-02', 'NA', ''], { unit: 'days' })).toEqual([1, Number.NaN, Number.NaN]);
  });

  it.each([
    ['2023-02-29', {}],
    ['2024-13-01', {}],
    ['2024-02-30', {}],
    ['2024-01-01T24:00', {}],
    ['1900-02-29', {}],
    ['2024-01-01x', {}],
    ['24-01-01', {}],
    ['31.04.2024', { format: '%d.%m.%Y' }],
    ['01.13.2024', { format: '%d.%m.%Y' }],
    ['01.02.24', { format: '%d.%m.%Y' }],
    ['13:00 PM', { format: '%I:%M %p' }],
    ['2024-366', { format: '%Y-%j' }],
    ['2023-366', { format: '%Y-%j' }],
  ] as [string, data.CsvDateFormat][])(
    'refuses %s with line and column if it is none: %j',
    async (text, option) => {
      const good = option.format === undefined ? '2024-01-01' : text;
      if (text === '2024-366') {
        // 2024 has 366 days.
        expect(await read([text], { ...option, unit: 'days' })).toEqual([Date.UTC(2024, 11, 31) / DAY]);
        return;
      }
      await expect(read([good, text], option)).rejects.toEqual(
        refused(
          'ERR_DATA_FILE',
          good === text ? 'line 2' : 'line 3',
          "column 'v' (2) to hold dates",
          `"${text}"`,
        ),
      );
    },
  );

  it.each([
    [{ v: { format: 'DD.MM.YYYY' } }, 'ERR_ARGUMENT', "dates['v'].format", "'%d.%m.%Y'"],
    [{ v: { format: '%d.%m' } }, 'ERR_ARGUMENT', 'a date with its year'],
    [{ v: { format: '%Q' } }, 'ERR_ARGUMENT', 'codes', '%Q'],
    [{ v: { format: '%d %d %m %Y' } }, 'ERR_ARGUMENT', 'once'],
    [{ v: { format: '%I:%M' } }, 'ERR_ARGUMENT', 'time of day'],
    [{ v: { unit: 'ms' } }, 'ERR_UNKNOWN_NAME', "'milliseconds'?"],
    [{ v: { zone: 'Europe/Zurich' } }, 'ERR_ARGUMENT', 'zone', 'offset'],
    [{ v: { tz: 'UTC' } }, 'ERR_UNKNOWN_NAME', "'zone'?"],
    [{ v: '%Y' }, 'ERR_ARGUMENT', "dates['v'] to be an object"],
    ['v', 'ERR_ARGUMENT', 'dates to be an object'],
    [['v', 1], 'ERR_ARGUMENT', 'dates to be a list of strings'],
  ] as [unknown, string, ...string[]][])('refuses dates: %j at once', (dates, code, ...words) => {
    expect(() => data.csv('a.csv', { dates } as unknown as data.CsvOptions)).toThrow(refused(code, ...words));
  });

  it.each(['5. März 2020', '5 de marzo de 2020', '12-févr.-2020', 'März 5, 2020', '2020年3月5日'])(
    'with months of another language is refused too: %s',
    async (text) => {
      const path = await files.write(`v\n"${text}"\n`);
      await expect(data.csv(path).load()).rejects.toEqual(
        refused('ERR_DATA_FILE', 'dates or times', 'Write the dates as 2024-02-29'),
      );
    },
  );

  it('of ambiguous order names both', async () => {
    const path = await files.write('v\n01/02/2020\n03/04/2021\n');
    await expect(data.csv(path).load()).rejects.toEqual(
      refused('ERR_DATA_FILE', "format: '%d/%m/%Y'", "if the month comes first, format: '%m/%d/%Y'"),
    );
  });
});
