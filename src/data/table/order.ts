/** Which rows of a table, and in which order. */

import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isNumberList } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { type Column, isNumericColumn } from '../column.js';
import type { TableView } from './view.js';

/** A row as {@link DataTable.toRows} gives it. */
export type TableRow = Record<string, number | string | null>;

/** A condition, or for each row whether to keep it: booleans, or numbers 1 and 0. */
export type RowFilter = ((row: TableRow, index: number) => boolean) | ArrayLike<boolean> | ArrayLike<number>;

/** Options of sorting. */
export interface SortOptions {
  /** Largest first: for all columns, or one value for each. Default false. */
  descending?: boolean | readonly boolean[];
}

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

/** @throws SteepestError `ERR_ARGUMENT`; `ERR_SHAPE` for a mask of another length */
export function keptRows(table: TableView, filter: RowFilter): number[] {
  const rows: number[] = [];
  if (typeof filter === 'function') {
    const columns = table.columnNames.map((name) => [name, table.column(name)] as const);
    for (let i = 0; i < table.rows; i++) {
      const keep: unknown = filter(
        Object.fromEntries(columns.map(([name, column]) => [name, column[i]!])),
        i,
      );
      if (typeof keep !== 'boolean')
        bad(`the filter to return true or false at row ${i}`, keep, 'Write a comparison.');
      if (keep) rows.push(i);
    }
    return rows;
  }
  if (!isNumberList(filter))
    bad('a filter to be a function or a mask', filter, 'Write (row) => row.size > 3.');
  if (filter.length !== table.rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `a mask with ${table.rows} values, one per row`,
      given: `${filter.length}`,
      hint: 'For row numbers call take.',
    });
  }
  for (let i = 0; i < table.rows; i++) {
    const keep: unknown = filter[i];
    if (keep !== true && keep !== false && keep !== 1 && keep !== 0) {
      bad(`true, false, 1 or 0 in the mask at row ${i}`, keep, 'For row numbers call take.');
    }
    if (keep) rows.push(i);
  }
  return rows;
}

/**
 * Row numbers in the order of these columns. Rows that are equal keep their order; missing values
 * come last in either direction. Text is ordered by its UTF-16 code units, as by `Array.sort`.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
 */
export function sortedRows(table: TableView, names: readonly string[], options: SortOptions = {}): number[] {
  checkKeys('the options of sort', options, ['descending'], {
    ascending: '',
    order: 'descending',
    reverse: 'descending',
  });
  if (names.length === 0) bad('at least one column to sort by', names, "Pass 'a' or ['a', 'b'].");
  const { descending = false } = options;
  const flags = Array.isArray(descending)
    ? (descending as unknown[])
    : names.map(() => descending as unknown);
  if (flags.length !== names.length || !flags.every((flag) => typeof flag === 'boolean')) {
    bad('descending to be true or false, or one of them per column', descending, 'Write descending: true.');
  }
  const orders = names.map((name, k) => comparison(table.column(name), flags[k] === true));
  const rows = Array.from({ length: table.rows }, (_, i) => i);
  if (orders.length === 1) return rows.sort(orders[0]);
  return rows.sort((a, b) => {
    for (let k = 0; k < orders.length; k++) {
      const result = orders[k]!(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
}

function comparison(column: Column, descending: boolean): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  // What compares neither way is equal or missing, which is rarer.
  if (isNumericColumn(column)) {
    return (i, j) => {
      const a = column[i]!;
      const b = column[j]!;
      if (a < b) return -sign;
      if (a > b) return sign;
      return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    };
  }
  return (i, j) => {
    const a = column[i]!;
    const b = column[j]!;
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? 1 : -1;
    return a < b ? -sign : sign;
  };
}
