import { inspect } from 'node:util';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';

const { DataTable } = data;

const sample = () =>
  new DataTable({
    city: ['Oslo', null, 'Rome'],
    income: [1.5, null, 3],
    rooms: Float64Array.of(4, 5, 6),
  });
const refused = (code: string, ...words: (string | RegExp)[]) =>
  expect.objectContaining({
    name: 'SteepestError',
    code,
    message: expect.stringMatching(
      new RegExp(words.map((w) => (typeof w === 'string' ? w : w.source)).join('.*')),
    ),
  });

describe('DataTable', () => {
  it('holds numbers with NaN and text with null', () => {
    const table = sample();
    expect(table.rows).toBe(3);
    expect(table.columnNames).toEqual(['city', 'income', 'rooms']);
    expect(table.column('income')).toEqual(Float64Array.of(1.5, Number.NaN, 3));
    expect(table.column('city')).toEqual(['Oslo', null, 'Rome']);
    expect(table.namesOf('text')).toEqual(['city']);
    expect(table.namesOf('numeric')).toEqual(['income', 'rooms']);
  });

  it('takes every kind of array', () => {
    const table = new DataTable({
      bool: [true, false],
      big: [1n, -(2n ** 53n - 1n)],
      big64: BigInt64Array.of(5n, -6n),
      bytes: Uint8Array.of(1, 255),
      floats: Float32Array.of(0.5, 2),
      missing: [undefined, Number.NaN],
      none: [null, null],
      gaps: ['a', undefined],
    });
    expect(table.column('bool')).toEqual(Float64Array.of(1, 0));
    expect(table.column('big')).toEqual(Float64Array.of(1, -(2 ** 53 - 1)));
    expect(table.column('big64')).toEqual(Float64Array.of(5, -6));
    expect(table.column('bytes')).toEqual(Float64Array.of(1, 255));
    expect(table.column('floats')).toEqual(Float64Array.of(0.5, 2));
    expect(table.column('missing')).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect(table.column('none')).toEqual([null, null]);
    expect(table.column('gaps')).toEqual(['a', null]);
  });

  it('refuses integers that float64 cannot hold, with column and row', () => {
    for (const values of [[1n, 2n ** 53n], BigInt64Array.of(1n, -(2n ** 60n))]) {
      expect(() => new DataTable({ id: values })).toThrow(refused('ERR_ARGUMENT', "'id'", 'row 1', 'text'));
    }
    expect(new DataTable({ id: [String(2n ** 53n)] }).column('id')).toEqual(['9007199254740992']);
  });

  it('refuses numbers among text, ragged columns and names given twice', () => {
    expect(() => new DataTable({ a: [1, 'x'] })).toThrow(refused('ERR_ARGUMENT', "'x' at row 1"));
    expect(() => new DataTable({ a: [1, 'x', 'y'] })).toThrow(refused('ERR_ARGUMENT', '1 at row 0'));
    expect(() => new DataTable({ a: [1, 2], b: [1] })).toThrow(
      refused('ERR_RAGGED', "2 rows, as 'a'", "'b' with 1"),
    );
    const pairs: [string, number[]][] = [
      ['a', [1]],
      ['a', [2]],
    ];
    expect(() => new DataTable(pairs)).toThrow(refused('ERR_ARGUMENT', "'a' twice"));
    expect(() => new DataTable({ a: 3 as unknown as number[] })).toThrow(
      refused('ERR_ARGUMENT', "'a' to be an array"),
    );
  });

  it('keeps the order of pairs, also for names that objects reorder', () => {
    const pairs = [
      ['b', [1]],
      ['7', [2]],
      ['__proto__', [3]],
    ] as const;
    const table = new DataTable(pairs);
    expect(table.columnNames).toEqual(['b', '7', '__proto__']);
    expect(table.toMatrix()).toEqual({
      data: Float64Array.of(1, 2, 3),
      shape: [1, 3],
      columnNames: ['b', '7', '__proto__'],
    });
  });

  it('suggests the nearest column', () => {
    expect(() => sample().column('incmoe')).toThrow(
      refused('ERR_UNKNOWN_NAME', "'city', 'income', 'rooms'", "Did you mean 'income'"),
    );
    expect(() => sample().column('zebra')).toThrow(refused('ERR_UNKNOWN_NAME', 'Use one of these'));
    expect(() => sample().drop('Rooms')).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'rooms'"));
  });

  it('selects, drops, adds and replaces without changing itself', () => {
    const table = sample();
    expect(table.select(['rooms', 'city']).columnNames).toEqual(['rooms', 'city']);
    expect(table.drop('city').columnNames).toEqual(['income', 'rooms']);
    expect(table.with('rooms', [1, 2, 3]).column('rooms')).toEqual(Float64Array.of(1, 2, 3));
    expect(table.with('z', ['p', 'q', 'r']).columnNames).toEqual(['city', 'income', 'rooms', 'z']);
    expect(table.column('rooms')).toEqual(Float64Array.of(4, 5, 6));
    expect(table.drop('rooms').column('income')).toBe(table.column('income'));
  });

  it('takes rows and keeps the kind of each column', () => {
    const table = sample();
    const taken = table.take([1, 1]);
    expect(taken.column('city')).toEqual([null, null]);
    expect(taken.column('rooms')).toEqual(Float64Array.of(5, 5));
    expect(table.take([]).namesOf('text')).toEqual(['city']);
    expect(table.slice(1).column('city')).toEqual([null, 'Rome']);
    expect(table.slice(-1).column('rooms')).toEqual(Float64Array.of(6));
    for (const row of [3, -1, 0.5])
      expect(() => table.take([0, row])).toThrow(refused('ERR_ARGUMENT', `${row} at 1`));
  });

  it('becomes a matrix, unless there is text', () => {
    const matrix = sample().drop('city').toMatrix();
    const numbers = Float64Array.of(1.5, 4, Number.NaN, 5, 3, 6);
    expect(matrix).toEqual({ data: numbers, shape: [3, 2], columnNames: ['income', 'rooms'] });
    expect(() => sample().toMatrix()).toThrow(refused('ERR_ARGUMENT', "'city'", 'OneHotEncoder'));
    expect(() => sample().numbers('city')).toThrow(refused('ERR_ARGUMENT', "'city'"));
    expect(() => sample().text('rooms')).toThrow(refused('ERR_ARGUMENT', "'rooms'"));
    expect(() => new DataTable({}).toMatrix()).toThrow(refused('ERR_EMPTY'));
  });

  it('goes to rows and back', () => {
    const rows = sample().toRows();
    expect(rows[1]).toEqual({ city: null, income: Number.NaN, rooms: 5 });
    const again = DataTable.fromRows([{ a: 1 }, { b: 'x', a: 2 }]);
    expect(again.toRows()).toEqual([
      { a: 1, b: null },
      { a: 2, b: 'x' },
    ]);
  });

  it('prints its head', () => {
    const text = [
      'city  income  rooms',
      '────  ──────  ─────',
      'Oslo     1.5      4',
      '–          –      5',
      '…',
      '3 rows × 3 columns',
    ].join('\n');
    expect(sample().head(2)).toBe(text);
    expect(inspect(sample())).toBe(sample().head());
    expect(new DataTable({ a: [1 / 3, 'x'.length] }).head()).toContain('0.333333');
    expect(new DataTable({ a: ['x'.repeat(50)] }).head()).toContain(`${'x'.repeat(23)}…`);
  });
});
