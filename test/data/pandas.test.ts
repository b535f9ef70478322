import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.js';

/** scripts/oracles/frames.py. A missing value is null there. */
type Cells = (number | string | null)[];
type Columns = Record<string, Cells>;
interface Frames {
  table: Columns;
  describe: Columns;
  missing: number[];
  distinct: number[];
  valueCounts: Record<'town' | 'floor', { values: (string | number)[]; count: number[]; share: number[] }>;
  sorts: { columns: string[]; ascending: boolean[]; ids: number[] }[];
  groups: Record<string, { rows: number[]; keys: Columns; first: Columns } & Record<string, Columns>>;
}

const frames = readFixture<Frames>('frames');
const ROWS = 240;
const TOWNS = ['Bern', 'Chur', 'Zug', 'Ä', 'bern', 'a b'];

/** The table of the script, by the same formulas. */
function makeTable(): data.DataTable {
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const town = rows.map((i) => (i % 13 === 6 ? null : TOWNS[(i * i + Math.floor(i / 3)) % TOWNS.length]!));
  const third = rows.filter((i) => town[i] === 'Ä')[2];
  const hasRent = (i: number) => town[i] !== 'Zug' && (town[i] !== 'Ä' || i === third);
  return new data.DataTable({
    id: rows,
    size: rows.map((i) => (i % 11 === 4 ? null : ((i * 7919) % 1009) / 8 - 60)),
    rent: rows.map((i) => (hasRent(i) ? 1e6 + ((i * 104729) % 211) / 64 : null)),
    floor: rows.map((i) => (i % 17 === 5 ? null : (i * i + 3 * i) % 7)),
    town,
  });
}

/** Columns with null for missing values. */
const columnsOf = (table: data.DataTable, names = table.columnNames): Columns =>
  Object.fromEntries(
    names.map((name) => [name, [...table.column(name)].map((v) => (Number.isNaN(v) ? null : v))]),
  );

function expectColumns(given: Columns, expected: Columns): void {
  expect(Object.keys(given)).toEqual(Object.keys(expected));
  for (const [name, cells] of Object.entries(expected)) {
    expect(given[name], name).toHaveLength(cells.length);
    cells.forEach((cell, i) => {
      if (typeof cell !== 'number') expect(given[name]![i], `${name} ${i}`).toBe(cell);
      else
        expect(Math.abs((given[name]![i] as number) - cell), `${name} ${i}`).toBeLessThanOrEqual(
          1e-9 * Math.abs(cell),
        );
    });
  }
}

describe('DataTable, as pandas computes it,', () => {
  const table = makeTable();

  it('has the values of the script', () => {
    expectColumns(columnsOf(table), frames.table);
  });

  it('describes its columns', () => {
    const described = table.describe();
    expect(described.text('statistic')).toEqual(['count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max']);
    expectColumns(columnsOf(described.drop('statistic')), frames.describe);
  });

  it('counts missing and distinct values', () => {
    const info = table.info();
    expect([...info.numbers('missing')]).toEqual(frames.missing);
    expect([...info.numbers('distinct')]).toEqual(frames.distinct);
    expect([...info.numbers('values')]).toEqual(frames.missing.map((count) => ROWS - count));
    expect(info.text('type')).toEqual(['number', 'number', 'number', 'number', 'text']);
  });

  it.each(['town', 'floor'] as const)('counts the values of %s', (name) => {
    const counts = table.valueCounts(name);
    expectColumns(columnsOf(counts), {
      [name]: frames.valueCounts[name].values,
      count: frames.valueCounts[name].count,
      share: frames.valueCounts[name].share,
    });
  });

  it.each(frames.sorts)('sorts by $columns, ascending $ascending', ({ columns, ascending, ids }) => {
    const sorted = table.sort(columns, { descending: ascending.map((up) => !up) });
    expect([...sorted.numbers('id')]).toEqual(ids);
  });

  it.each(Object.entries(frames.groups))('groups by %s', (keys, expected) => {
    const names = keys.split(',');
    const groups = table.groupBy(names);
    expect(groups.size).toBe(expected.rows.length);
    expectColumns(columnsOf(groups.count()), { ...expected.keys, count: expected.rows });
    for (const statistic of ['sum', 'mean', 'std', 'min', 'median', 'max'] as const) {
      const result = groups[statistic](['size', 'rent']);
      expectColumns(columnsOf(result), { ...expected.keys, ...expected[statistic] });
    }
    for (const statistic of ['count', 'distinct'] as const) {
      const result = groups.aggregate({ size: ['size', statistic], rent: ['rent', statistic] });
      expectColumns(columnsOf(result, ['size', 'rent']), expected[statistic]!);
    }
  });
});
