import { stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as arrow from 'apache-arrow';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const flats = new data.DataTable({
  town: ['Bern', 'Chur', null, 'Bern', 'Zug'],
  rooms: [3, 2, 4, null, 3],
  rent: [950, 610, 1210, 700, null],
  built: [
    new Date('1998-05-01'),
    new Date('2020-02-29T12:30:00.250Z'),
    null,
    new Date('1967-01-01'),
    new Date(NaN),
  ],
});
type Anything = never;

describe('filter', () => {
  it('keeps the rows of a condition or a mask', () => {
    const large = flats.filter(({ rooms }) => (rooms as number) >= 3);
    expect(large.text('town')).toEqual(['Bern', null, 'Zug']);
    expect(flats.filter((_, i) => i === 3).toRows()).toEqual(flats.slice(3, 4).toRows());
    for (const mask of [[true, false, false, false, true], Uint8Array.of(1, 0, 0, 0, 1), [1, 0, 0, 0, 1]]) {
      expect(flats.filter(mask).text('town')).toEqual(['Bern', 'Zug']);
    }
    expect(flats.filter(() => false).rows).toBe(0);
  });

  it('refuses other answers and masks', () => {
    expect(() => flats.filter((({ rooms }: { rooms: number }) => rooms) as Anything)).toThrow(
      refused('ERR_ARGUMENT', 'true or false at row 0', 'given 3'),
    );
    expect(() => flats.filter([true])).toThrow(refused('ERR_SHAPE', '5 values', 'given 1', 'take'));
    expect(() => flats.filter(flats.numbers('rooms'))).toThrow(
      refused('ERR_ARGUMENT', 'at row 0', 'given 3', 'take'),
    );
    expect(() => flats.filter('rooms > 3' as Anything)).toThrow(
      refused('ERR_ARGUMENT', 'a function or a mask'),
    );
  });
});

describe('sort', () => {
  it('keeps the order of equal rows and puts missing values last', () => {
    expect([...flats.sort('rooms').numbers('rent')]).toEqual([610, 950, Number.NaN, 1210, 700]);
    expect([...flats.sort('rooms', { descending: true }).numbers('rent')]).toEqual([
      1210,
      950,
      Number.NaN,
      610,
      700,
    ]);
    expect(flats.sort('built').text('town')).toEqual(['Bern', 'Bern', 'Chur', null, 'Zug']);
  });

  it('refuses wrong columns and options', () => {
    expect(() => flats.sort('room')).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'rooms'?"));
    expect(() => flats.sort([])).toThrow(refused('ERR_ARGUMENT', 'at least one column'));
    expect(() => flats.sort('rent', { ascending: false } as Anything)).toThrow(
      refused('ERR_UNKNOWN_NAME', 'ascending'),
    );
    expect(() => flats.sort(['rent', 'town'], { descending: [true] })).toThrow(
      refused('ERR_ARGUMENT', 'per column'),
    );
  });
});

describe('groupBy', () => {
  it('aggregates columns under new names, of text too', () => {
    const groups = flats.groupBy('town');
    const table = groups.aggregate({
      flats: 'count',
      known: ['rent', 'count'],
      dearest: ['rent', 'max'],
      first: ['built', 'first'],
      middle: ['built', 'median'],
    });
    expect(table.toRows()).toEqual([
      {
        town: 'Bern',
        flats: 2,
        known: 2,
        dearest: 950,
        first: Date.UTC(1998, 4, 1),
        middle: (Date.UTC(1998, 4, 1) + Date.UTC(1967, 0, 1)) / 2,
      },
      {
        town: 'Chur',
        flats: 1,
        known: 1,
        dearest: 610,
        first: Date.UTC(2020, 1, 29, 12, 30, 0, 250),
        middle: Date.UTC(2020, 1, 29, 12, 30, 0, 250),
      },
      { town: 'Zug', flats: 1, known: 0, dearest: Number.NaN, first: Number.NaN, middle: Number.NaN },
    ]);
    expect(
      flats
        .groupBy('rooms')
        .aggregate({ town: ['town', 'first'] })
        .text('town'),
    ).toEqual(['Chur', 'Bern', null]);
    expect(groups.mean().columnNames).toEqual(['town', 'rooms', 'rent']);
    expect(groups.min(['built']).info().text('type')).toEqual(['text', 'date']);
  });

  it('has no groups in a table without rows, and keeps the types', () => {
    const none = flats.slice(0, 0).groupBy(['rooms', 'town']).mean(['rent']);
    expect(none.rows).toBe(0);
    expect(none.namesOf('numeric')).toEqual(['rooms', 'rent']);
  });

  it('refuses what is not there', () => {
    const groups = flats.groupBy('town');
    expect(() => flats.groupBy('Town')).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'town'?"));
    expect(() => flats.groupBy([])).toThrow(refused('ERR_ARGUMENT', 'at least one column'));
    expect(() => groups.mean(['rents'])).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'rent'?"));
    expect(() => groups.mean(['town'])).toThrow(refused('ERR_ARGUMENT', "'town' to hold numbers"));
    expect(() => groups.mean('rent' as Anything)).toThrow(refused('ERR_ARGUMENT', 'a list of names'));
    expect(() => groups.aggregate({ a: ['rent', 'average' as Anything] })).toThrow(
      refused('ERR_UNKNOWN_NAME', "Did you mean 'mean'?"),
    );
    expect(() => groups.aggregate({ a: 'mean' as Anything })).toThrow(
      refused('ERR_ARGUMENT', '[column, statistic]'),
    );
    expect(() => groups.aggregate({ town: 'count' })).toThrow(refused('ERR_ARGUMENT', "'town' twice"));
  });
});

describe('describe, info and valueCounts', () => {
  it('know dates and text', () => {
    expect(flats.describe().columnNames).toEqual(['statistic', 'rooms', 'rent']);
    expect(flats.info().text('type')).toEqual(['text', 'number', 'number', 'date']);
    expect(flats.valueCounts('town').toRows()).toEqual([
      { town: 'Bern', count: 2, share: 0.5 },
      { town: 'Chur', count: 1, share: 0.25 },
      { town: 'Zug', count: 1, share: 0.25 },
    ]);
    expect(flats.select('built').info().toRows()).toEqual([
      { column: 'built', type: 'date', values: 3, missing: 2, distinct: 3 },
    ]);
    expect(flats.rename({ town: 'count' }).valueCounts('count').columnNames).toEqual([
      'value',
      'count',
      'share',
    ]);
  });

  it('have quartiles between numbers whose difference is none', () => {
    const wide = new data.DataTable({ a: [-1.5e308, 1.5e308] }).describe();
    expect([...wide.numbers('a').subarray(4, 7)]).toEqual([-0.75e308, 0, 0.75e308]);
  });

  it('refuse a table without numbers, and a column that is not there', () => {
    expect(() => flats.select('town').describe()).toThrow(refused('ERR_EMPTY', 'valueCounts'));
    expect(() => flats.valueCounts('twon')).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'town'?"));
  });
});

describe('rename and concat', () => {
  it('rename in place, also in a circle', () => {
    expect(flats.rename({ town: 'rooms', rooms: 'town' }).columnNames).toEqual([
      'rooms',
      'town',
      'rent',
      'built',
    ]);
    expect(() => flats.rename({ town: 'rent' })).toThrow(refused('ERR_ARGUMENT', "'rent' twice"));
    expect(() => flats.rename({ tonw: 'a' })).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'town'?"));
    expect(() => flats.rename({ town: 1 as Anything })).toThrow(refused('ERR_ARGUMENT', 'to be text'));
  });

  it('concat by name, and fill only on request', () => {
    const parts = [flats.slice(0, 2), flats.slice(2).select(['built', 'rent', 'rooms', 'town'])];
    expect(data.DataTable.concat(parts).toRows()).toEqual(flats.toRows());
    expect(data.DataTable.concat(parts).info().text('type')).toEqual(flats.info().text('type'));
    expect(data.DataTable.concat([]).rows).toBe(0);
    const less = flats.slice(0, 1).select('rent').rename({ rent: 'rents' });
    expect(() => data.DataTable.concat([flats.slice(0, 1), less])).toThrow(
      refused('ERR_UNKNOWN_NAME', 'fill: true'),
    );
    const filled = data.DataTable.concat([flats.slice(0, 1).select(['town', 'rent']), less], { fill: true });
    expect(filled.toRows()).toEqual([
      { town: 'Bern', rent: 950, rents: Number.NaN },
      { town: null, rent: Number.NaN, rents: 950 },
    ]);
    const text = new data.DataTable({ rents: ['x'] });
    expect(() => data.DataTable.concat([less, text])).toThrow(
      refused('ERR_ARGUMENT', "'rents' to be numbers", 'table 1'),
    );
    expect(() => data.DataTable.concat([less, {}] as Anything)).toThrow(refused('ERR_ARGUMENT', 'tables[1]'));
  });
});

describe('printing', () => {
  it('shows dates, and of wide tables the first columns and the last one', () => {
    expect(String(flats.select(['town', 'built']))).toBe(`town                     built
────  ────────────────────────
Bern      1998-05-01T00:00:00Z
Chur  2020-02-29T12:30:00.250Z
–                            –
Bern      1967-01-01T00:00:00Z
Zug                          –
5 rows × 2 columns`);
    expect(String(flats.take([0, 2]).select('built'))).toBe(
      'built\n──────────\n1998-05-01\n         –\n2 rows × 1 column'.replace('built', '     built'),
    );
    const wide = new data.DataTable(Array.from({ length: 40 }, (_, j) => [`column${j}`, [j, j]] as const));
    const lines = wide.head().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    expect(lines[0]).toMatch(/^column0 {2}column1 .* … {2}column39$/);
    expect(lines.at(-1)).toBe('2 rows × 40 columns');
  });

  it('shows 60 rows whole, and the first of more', () => {
    const rows = (n: number) => new data.DataTable({ a: Float64Array.from({ length: n }, (_, i) => i) });
    expect(String(rows(60)).split('\n')).toHaveLength(63);
    expect(String(rows(61)).split('\n')).toHaveLength(9);
  });
});

describe('toCSV and writeCSV', () => {
  const texts = ['a,b', 'say "x"', 'two\nlines', 'a\rb', ' space ', 'ü🙂', '=1+1', ';', 'x'];
  const numbers = [0.1, -0, 1e-300, 123456789012, 5e-324, 1.7976931348623157e308, 3, Number.NaN, -2.5];
  const times = numbers.map((_, i) => new Date(Date.UTC(1960 + 9 * i, i, 1 + i, i, 0, i % 2 ? i : 0, 0)));
  const table = new data.DataTable({ text: texts, number: numbers, 'a "name", long': numbers, day: times });

  it.each([{}, { delimiter: ';' }, { delimiter: '\t', missing: 'NA' }])(
    'are read again as they were: %j',
    async (options) => {
      const { delimiter = ',' } = options as data.CsvTextOptions;
      const read = (source: data.CsvSource) =>
        data.csv(source, { delimiter, dates: ['day'], types: { text: 'text' } }).table();
      const again = await read({ text: table.toCSV(options) });
      expect(again.toRows()).toEqual(table.toRows());
      expect(again.info().text('type')).toEqual(['text', 'number', 'number', 'date']);
      const path = files.path('written.csv');
      await writeFile(path, 'old');
      await data.writeCSV(path, table, options);
      expect((await read(path)).toRows()).toEqual(table.toRows());
    },
  );

  it('keeps a missing value that is alone in its row', async () => {
    const one = new data.DataTable({ a: [1, null, 3] });
    expect(one.toCSV()).toBe('a\n1\n""\n3\n');
    expect((await data.csv({ text: one.toCSV() }).table()).toRows()).toEqual(one.toRows());
    expect(new data.DataTable({}).toCSV()).toBe('');
  });

  it('keeps every digit of a time', async () => {
    const ms = 1700000000123.4568;
    const text = `day\n${new Date(ms).toISOString().slice(0, -1)}4568Z\n`;
    const read = await data.csv({ text }, { dates: ['day'] }).table();
    const again = await data.csv({ text: read.toCSV() }, { dates: ['day'] }).table();
    expect(again.numbers('day')[0]).toBe(read.numbers('day')[0]);
  });

  it('refuse wrong options and folders, and leave the old file', async () => {
    expect(() => table.toCSV({ sep: ';' } as Anything)).toThrow(
      refused('ERR_UNKNOWN_NAME', "Did you mean 'delimiter'?"),
    );
    expect(() => table.toCSV({ delimiter: '.' })).toThrow(refused('ERR_ARGUMENT', 'delimiter'));
    expect(() => table.toCSV({ missing: 'a,b' })).toThrow(refused('ERR_ARGUMENT', 'missing'));
    await expect(data.writeCSV(files.path('no/such/folder.csv'), table)).rejects.toThrow(
      refused('ERR_DATA_FILE', 'folder'),
    );
    await expect(data.writeCSV(files.path('x.csv'), [[1]] as Anything)).rejects.toThrow(
      refused('ERR_ARGUMENT', 'DataTable'),
    );
    await expect(stat(files.path('x.csv'))).rejects.toThrow('ENOENT');
  });
});

describe('toArrow', () => {
  const required = createRequire(import.meta.url)('apache-arrow') as typeof arrow;
  it.each([
    ['import', arrow],
    ['require', required],
  ])('gives what apache-arrow, by %s, writes and reads, with nulls', (_, module) => {
    const read = module.tableFromIPC(module.tableToIPC(flats.toArrow(module), 'stream'));
    expect(read.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'town Utf8',
      'rooms Float64',
      'rent Float64',
      'built Timestamp<MILLISECOND, UTC>',
    ]);
    expect(read.getChild('rooms')?.nullCount).toBe(1);
    expect(read.getChild('rent')?.toJSON()).toEqual([950, 610, 1210, 700, null]);
    expect(read.getChild('town')?.toJSON()).toEqual(['Bern', 'Chur', null, 'Bern', 'Zug']);
    expect(data.fromArrow(read).toRows()).toEqual(flats.toRows());
    expect(data.fromArrow(read).info()).toEqual(flats.info());
  });

  it('keeps the order of columns whose names are numbers', () => {
    const pairs: [string, number[]][] = [
      ['b', [1]],
      ['7', [2]],
    ];
    expect(data.fromArrow(new data.DataTable(pairs).toArrow(arrow)).columnNames).toEqual(['b', '7']);
  });

  it('refuses another module', () => {
    expect(() => flats.toArrow({} as typeof arrow)).toThrow(refused('ERR_ARGUMENT', 'import * as arrow'));
  });
});

describe('columns of dates', () => {
  it('stay dates where rows or columns are chosen', () => {
    const typeAfter = (table: data.DataTable) => table.select('built').info().text('type')[0];
    for (const table of [
      flats.slice(1),
      flats.take([0]),
      flats.sort('rent'),
      flats.drop('town'),
      flats.with('x', [1, 2, 3, 4, 5]),
    ]) {
      expect(typeAfter(table)).toBe('date');
    }
    expect(typeAfter(flats.with('built', [1, 2, 3, 4, 5]))).toBe('number');
  });

  it('come from fromRows and from dates of a file in milliseconds', async () => {
    const rows = data.DataTable.fromRows([{ day: new Date(0) }, { day: null }]);
    expect(rows.info().text('type')).toEqual(['date']);
    const text = 'day,hour\n2024-02-29,12:30\n';
    const read = (day: data.CsvDateFormat) =>
      data.csv({ text }, { dates: { day, hour: { format: '%H:%M' } } }).table();
    expect((await read({})).info().text('type')).toEqual(['date', 'number']);
    expect((await read({ unit: 'days' })).info().text('type')).toEqual(['number', 'number']);
  });

  it('refuse other values', () => {
    expect(() => new data.DataTable({ a: [new Date(0), 3] })).toThrow(
      refused('ERR_ARGUMENT', 'dates only', '3 at row 1'),
    );
  });
});
