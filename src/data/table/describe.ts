/** Tables about a table: its statistics, its columns, the values of one of them. */

import { SteepestError } from '../../core/errors.js';
import { isDateColumn, isNumericColumn, likeColumn } from '../column.js';
import { maxOf, meanOf, minOf, presentNumbers, quantileOf, stdOf } from './statistics.js';
import { isMissing, type NamedColumn, type TableView } from './view.js';

const STATISTICS = ['count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max'] as const;

/**
 * A column `statistic`, and one for each numeric column.
 * @throws SteepestError `ERR_EMPTY` without a numeric column
 */
export function describe(table: TableView): NamedColumn[] {
  const names = table.namesOf('numeric').filter((name) => !isDateColumn(table.column(name)));
  if (names.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'a table with columns of numbers to describe',
      given: `${table.columnNames.length} columns without`,
      hint: 'Call info() for all columns, or valueCounts(name) for one of text.',
    });
  }
  const columns = names.map((name): NamedColumn => {
    const values = presentNumbers(table.numbers(name));
    const sorted = values.slice().sort();
    const [count, mean, std] = [values.length, meanOf(values), stdOf(values)];
    const quartiles = [0.25, 0.5, 0.75].map((p) => quantileOf(sorted, p));
    return [name, [count, mean, std, minOf(values), ...quartiles, maxOf(values)]];
  });
  return [['statistic', STATISTICS], ...columns];
}

/** One row per column: its type, and how many of its values are there, missing and distinct. */
export function info(table: TableView): NamedColumn[] {
  const columns = table.columnNames.map((name) => table.column(name));
  const missing = columns.map((column) => {
    let count = 0;
    for (const value of column) if (isMissing(value)) count++;
    return count;
  });
  const distinct = columns.map((column, j) => new Set<unknown>(column).size - (missing[j]! > 0 ? 1 : 0));
  return [
    ['column', table.columnNames],
    ['type', columns.map((column) => typeOf(column))],
    ['values', missing.map((count) => table.rows - count)],
    ['missing', missing],
    ['distinct', distinct],
  ];
}

function typeOf(column: ReturnType<TableView['column']>): string {
  if (!isNumericColumn(column)) return 'text';
  return isDateColumn(column) ? 'date' : 'number';
}

/** How often each value of a column occurs, most frequent first, without missing values. */
export function valueCounts(table: TableView, name: string): NamedColumn[] {
  const column = table.column(name);
  const counts = new Map<number | string, number>();
  for (const value of column) {
    if (!isMissing(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  // Array sort is stable: values that are equally frequent stay in order of first appearance.
  const list = [...counts].sort(([, a], [, b]) => b - a);
  const total = list.reduce((sum, [, count]) => sum + count, 0);
  const values = list.map(([value]) => value) as number[] | string[];
  return [
    [name === 'count' || name === 'share' ? 'value' : name, likeColumn(column, values)],
    ['count', list.map(([, count]) => count)],
    ['share', list.map(([, count]) => count / total)],
  ];
}
