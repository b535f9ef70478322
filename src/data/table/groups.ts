/** Statistics of groups of rows. */

import { checkObject } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { type Column, isDateColumn, isNumericColumn, likeColumn } from '../column.js';
import { maxOf, meanOf, medianOf, minOf, stdOf, sumOf } from './statistics.js';
import { isMissing, type NamedColumn, type TableView } from './view.js';

/**
 * What an aggregation computes of a column's values in a group, without missing ones. `count`,
 * `distinct` and `first` also of text.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const statistic: data.GroupStatistic = 'median';
 * ```
 */
export type GroupStatistic =
  | 'count'
  | 'distinct'
  | 'first'
  | 'sum'
  | 'mean'
  | 'std'
  | 'min'
  | 'median'
  | 'max';

/** New columns by name: a column and a statistic of it, or `'count'` for the number of rows. */
export type Aggregations = Readonly<
  Record<string, 'count' | readonly [column: string, statistic: GroupStatistic]>
>;

const OF_NUMBERS: Readonly<Record<string, (values: Float64Array) => number>> = {
  sum: sumOf,
  mean: meanOf,
  std: stdOf,
  min: minOf,
  median: medianOf,
  max: maxOf,
};
const OF_ANY: readonly GroupStatistic[] = ['count', 'distinct', 'first'];
const STATISTICS: readonly string[] = [...OF_ANY, ...Object.keys(OF_NUMBERS)];
/** Names of these in pandas, polars, dplyr and SQL. */
const ALIASES = {
  average: 'mean',
  avg: 'mean',
  nunique: 'distinct',
  nUnique: 'distinct',
  sd: 'std',
  stdev: 'std',
  size: 'count',
  n: 'count',
  nth: 'first',
};

/**
 * The rows of a table in groups with the same keys, in ascending order of the keys. Rows in which a
 * key is missing are in no group. Each method gives a table with a row per group.
 * @template T `DataTable`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
 * const groups = table.groupBy('kind');
 * console.log(groups.aggregate({ count: 'count', highest: ['price', 'max'] }).toRows());
 * // [
 * //   { kind: 'a', count: 2, highest: 6 },
 * //   { kind: 'b', count: 1, highest: 4 }
 * // ]
 * ```
 */
export class GroupedTable<T> {
  /** Row numbers of each group, in the order of the groups. */
  private readonly groups: readonly Int32Array[];

  /** See `DataTable.groupBy`. */
  constructor(
    private readonly table: TableView,
    private readonly keys: readonly string[],
    private readonly make: (columns: readonly NamedColumn[]) => T,
  ) {
    this.groups = groupsOf(
      keys.map((name) => table.column(name)),
      table.rows,
    );
  }

  /**
   * The number of groups.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log(table.groupBy('kind').size); // 2
   * ```
   */
  get size(): number {
    return this.groups.length;
  }

  /**
   * New columns by name, each a column and a statistic of it, or `'count'`: the keys, and a column
   * for each entry.
   * @throws SteepestError `ERR_UNKNOWN_NAME` for a column or statistic that does not exist;
   *   `ERR_ARGUMENT` for a statistic that text does not have
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * const result = table.groupBy('kind').aggregate({ rows: 'count', price: ['price', 'mean'] });
   * console.log(result.toRows()[0]); // { kind: 'a', rows: 2, price: 4 }
   * ```
   */
  aggregate(columns: Aggregations): T {
    const entries = Object.entries(
      checkObject('the aggregations', columns, "Write { price: ['rent', 'mean'] }."),
    );
    return this.make([
      ...this.keyColumns(),
      ...entries.map(([name, given]): NamedColumn => {
        if (given === 'count') return [name, this.groups.map(({ length }) => length)];
        if (!isList(given) || given.length !== 2) {
          throw new SteepestError('ERR_ARGUMENT', {
            expected: `${show(name)} to be 'count' or [column, statistic]`,
            given: show(given),
            hint: "Write { price: ['rent', 'mean'] }.",
          });
        }
        return [name, this.computed(given[0] as string, given[1])];
      }),
    ]);
  }

  /**
   * The number of rows of each group, in a column `count`.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').count().numbers('count')]); // [ 2, 1 ]
   * ```
   */
  count(): T {
    return this.aggregate({ count: 'count' });
  }

  /**
   * Sums; 0 for a group without values. Default: all columns of numbers besides the keys, without
   * those of dates.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').sum().numbers('price')]); // [ 8, 4 ]
   * ```
   */
  sum(columns?: readonly string[]): T {
    return this.each('sum', columns);
  }

  /**
   * Means, for each numeric column or for some of them.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').mean().numbers('price')]); // [ 4, 4 ]
   * ```
   */
  mean(columns?: readonly string[]): T {
    return this.each('mean', columns);
  }

  /**
   * Standard deviations, with n − 1; NaN for a single value.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').std().numbers('price')].map((s) => s.toFixed(2)));
   * // [ '2.83', 'NaN' ]
   * ```
   */
  std(columns?: readonly string[]): T {
    return this.each('std', columns);
  }

  /**
   * The smallest numbers.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').min().numbers('price')]); // [ 2, 4 ]
   * ```
   */
  min(columns?: readonly string[]): T {
    return this.each('min', columns);
  }

  /**
   * Medians: for an even count the mean of the two in the middle.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').median().numbers('price')]); // [ 4, 4 ]
   * ```
   */
  median(columns?: readonly string[]): T {
    return this.each('median', columns);
  }

  /**
   * The largest numbers.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ kind: ['a', 'b', 'a'], price: [2, 4, 6] });
   * console.log([...table.groupBy('kind').max().numbers('price')]); // [ 6, 4 ]
   * ```
   */
  max(columns?: readonly string[]): T {
    return this.each('max', columns);
  }

  private each(statistic: GroupStatistic, columns: readonly string[] | undefined): T {
    const { table, keys } = this;
    const isUsual = (name: string): boolean => !keys.includes(name) && !isDateColumn(table.column(name));
    const names: unknown = columns === undefined ? table.namesOf('numeric').filter(isUsual) : columns;
    if (!isList(names)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns to be a list of names',
        given: show(columns),
        hint: "Write ['a', 'b'], or leave it out for all columns of numbers.",
      });
    }
    return this.make([
      ...this.keyColumns(),
      ...Array.from(names as string[], (name): NamedColumn => [name, this.computed(name, statistic)]),
    ]);
  }

  private keyColumns(): NamedColumn[] {
    const first = this.groups.map((rows) => rows[0]!);
    return this.keys.map((name): NamedColumn => {
      const column = this.table.column(name);
      return [name, likeColumn(column, first.map((row) => column[row]!) as number[] | string[])];
    });
  }

  private computed(name: string, statistic: unknown): NamedColumn[1] {
    const { table, groups } = this;
    if (!STATISTICS.includes(statistic as string))
      unknownName('a statistic of groups', statistic, STATISTICS, ALIASES);
    const column = table.column(name);
    const present = groups.map((rows) =>
      Array.from(rows, (row) => column[row]!).filter((value) => !isMissing(value)),
    );
    if (statistic === 'count') return present.map(({ length }) => length);
    if (statistic === 'distinct') return present.map((values) => new Set(values).size);
    if (statistic === 'first') {
      const absent = isNumericColumn(column) ? Number.NaN : null;
      return likeColumn(column, present.map((values) => values[0] ?? absent) as number[] | string[]);
    }
    table.numbers(name);
    const compute = OF_NUMBERS[statistic as string]!;
    const values = Float64Array.from(present, (list) =>
      compute(Float64Array.from(list as readonly unknown[] as readonly number[])),
    );
    const isTime = isDateColumn(column) && statistic !== 'std' && statistic !== 'sum';
    return isTime ? likeColumn(column, values) : values;
  }
}

/** The rows of each group; groups are numbered by their keys, one key after the other. */
function groupsOf(keys: readonly Column[], rows: number): Int32Array[] {
  const ids = new Int32Array(rows);
  let count = rows === 0 ? 0 : 1;
  for (const key of keys) {
    const distinct = [...new Set<number | string | null>(key)].filter((value) => !isMissing(value));
    const values = new Map<number | string | null, number>();
    for (const value of distinct.sort(ascending)) values.set(value, values.size);
    const pairs = new Map<number, number>();
    const pairOf = (i: number): number => ids[i]! * values.size + values.get(key[i]!)!;
    for (let i = 0; i < rows; i++) {
      if (isMissing(key[i]!)) ids[i] = -1;
      if (ids[i]! >= 0) pairs.set(pairOf(i), 0);
    }
    const ordered = [...pairs.keys()].sort((a, b) => a - b);
    for (const [id, pair] of ordered.entries()) pairs.set(pair, id);
    for (let i = 0; i < rows; i++) if (ids[i]! >= 0) ids[i] = pairs.get(pairOf(i))!;
    count = pairs.size;
  }
  const sizes = new Int32Array(count);
  for (const id of ids) if (id >= 0) sizes[id]!++;
  const lists = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  ids.forEach((id, row) => {
    if (id >= 0) lists[id]![sizes[id]!++] = row;
  });
  return lists;
}

function ascending(a: number | string | null, b: number | string | null): number {
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}
