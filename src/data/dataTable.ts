import { checkList, checkObject } from '../core/check.js';
import { SteepestError, unknownName } from '../core/errors.js';
import { atOnce } from '../core/inParts.js';
import { Matrix } from '../core/matrix.js';
import type { Aliases } from '../core/nearest.js';
import { isList, isUrl } from '../core/realm.js';
import { reading } from '../core/refuse.js';
import { show } from '../core/show.js';
import { unknownColumn } from '../core/unknownColumn.js';
import { type ArrowModule, toArrow } from './arrow/toArrow.js';
import {
  type Column,
  type ColumnInput,
  isNumericColumn,
  likeColumn,
  type NumericColumn,
  type TextColumn,
  toColumn,
  unchecked,
} from './column.js';
import { type ConcatOptions, concat, renamed } from './table/combine.js';
import { type CsvTextOptions, csvText } from './table/csvText.js';
import { describe, info, valueCounts } from './table/describe.js';
import { GroupedTable } from './table/groups.js';
import { keptRows, type RowFilter, type SortOptions, sortedRows, type TableRow } from './table/order.js';
import { printed } from './table/print.js';
import { rowsTaken } from './table/take.js';

/**
 * Columns by name: an object, or pairs if their order must not depend on the names (object keys
 * like '7' go first).
 */
export type ColumnsInput = Readonly<Record<string, ColumnInput>> | Iterable<readonly [string, ColumnInput]>;

const KIND_ALIASES: Aliases = {
  number: 'numeric',
  numbers: 'numeric',
  string: 'text',
  object: 'text',
  category: 'text',
};
const HEAD_ROWS = 5;
/** A table of at most so many rows is printed whole. */
const MOST_PRINTED = 60;

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

/** Columns with names, from any object that provides them. */
function* pairsOf(columns: ColumnsInput): Generator<readonly [string, ColumnInput]> {
  const hint = 'Pass { a: [1, 2], b: [3, 4] }; for objects, one per row, call DataTable.fromRows.';
  const isIterable = typeof columns === 'object' && columns !== null && Symbol.iterator in columns;
  if (!isIterable || ArrayBuffer.isView(columns)) {
    if (isUrl(columns)) bad('columns by name', columns, hint);
    yield* Object.entries(checkObject('the columns', columns)) as [string, ColumnInput][];
    return;
  }
  for (const pair of columns as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) bad('columns as pairs [name, values]', pair, hint);
    if (typeof pair[0] !== 'string') bad('the name of a column to be text', pair[0], "Write ['a', [1, 2]].");
    yield pair as [string, ColumnInput];
  }
}

/** Columns in a table's internal form. @throws SteepestError `ERR_ARGUMENT` */
function readColumns(columns: ColumnsInput): Map<string, Column> {
  const map = new Map<string, Column>();
  for (const [name, values] of pairsOf(columns)) {
    if (map.has(name)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'column names that differ',
        given: `${show(name)} twice`,
        hint: 'Rename one of them.',
      });
    }
    map.set(name, toColumn(name, values));
  }
  return map;
}

function nameList(names: string | readonly string[]): readonly string[] {
  const list = typeof names === 'string' ? [names] : names;
  if (!isList(list)) bad('names of columns', names, "Pass 'a' or ['a', 'b'].");
  // Loops over lists skip holes, which are no names.
  return Array.from(list) as string[];
}

function checkRow(what: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  bad(
    `${what} to be a whole number${least === 0 ? ' of at least 0' : ''}`,
    value,
    'Leave it out for the default.',
  );
}

/**
 * A table in memory, column by column: numbers as Float64Array with NaN where a value is missing,
 * text as strings with null. A table is immutable; methods that change something return another
 * table, which shares the unchanged columns.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
 * console.log(table.rows, table.columnNames); // 3 [ 'town', 'rent' ]
 * console.log([...table.filter(({ rent }) => Number(rent) > 20).numbers('rent')]); // [ 25, 22 ]
 * ```
 */
export class DataTable {
  /** Number of rows of every column. */
  readonly rows: number;
  readonly columnNames: readonly string[];
  private readonly columns: ReadonlyMap<string, Column>;

  /**
   * @throws SteepestError `ERR_RAGGED` for columns of different lengths, `ERR_ARGUMENT` for values
   *   that are not columns by name, a repeated name, text among numbers or an integer that float64
   *   cannot hold
   */
  constructor(columns: ColumnsInput) {
    const map = reading('the columns', () => readColumns(columns));
    const [first] = map;
    this.rows = first?.[1].length ?? 0;
    for (const [name, { length }] of map) {
      if (length !== this.rows) {
        throw new SteepestError('ERR_RAGGED', {
          expected: `every column to have ${this.rows} rows, as ${show(first?.[0])} has`,
          given: `column ${show(name)} with ${length}`,
          hint: 'Check where the shorter column lost rows.',
        });
      }
    }
    this.columns = map;
    this.columnNames = [...map.keys()];
  }

  /**
   * Creates a table from objects, one per row; the columns are the keys of all of them, in order of
   * first appearance.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = data.DataTable.fromRows([{ town: 'Bern', rent: 18 }, { town: 'Genf' }]);
   * console.log([...table.numbers('rent')]); // [ 18, NaN ]
   * ```
   */
  static fromRows(
    rows: readonly Readonly<Record<string, number | string | boolean | Date | null | undefined>>[],
  ): DataTable {
    const columns = reading('rows', () => {
      const names = new Set<string>();
      checkList('rows', rows).forEach((row, i) => {
        for (const name of Object.keys(checkObject(`row ${i}`, row))) names.add(name);
      });
      return [...names].map((name) => [name, rows.map((row) => row[name])] as const);
    });
    return new DataTable(columns);
  }

  /**
   * True if a column with that name exists.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.has('rent'), table.has('price')); // true false
   * ```
   */
  has(name: string): boolean {
    return this.columns.has(name);
  }

  /**
   * The values of a column, not copied: a Float64Array, or strings and nulls.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, with the existing columns and the closest one
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.column('town')); // [ 'Bern', 'Genf', 'Bern' ]
   * ```
   */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column === undefined) throw unknownColumn('the column', name, this.columnNames);
    return column;
  }

  /**
   * The values of a numeric column, not copied: NaN where one is missing.
   * @throws SteepestError `ERR_UNKNOWN_NAME`; `ERR_ARGUMENT` if the column is text
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log([...table.numbers('rent')]); // [ 18, 25, 22 ]
   * ```
   */
  numbers(name: string): NumericColumn {
    const column = this.column(name);
    if (isNumericColumn(column)) return column;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `column '${name}' to hold numbers`,
      given: 'text',
      hint: 'Encode it with OneHotEncoder, or drop it.',
    });
  }

  /**
   * The values of a column of text, not copied: null where one is missing.
   * @throws SteepestError `ERR_UNKNOWN_NAME`; `ERR_ARGUMENT` if the column is numeric
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.text('town')); // [ 'Bern', 'Genf', 'Bern' ]
   * ```
   */
  text(name: string): TextColumn {
    const column = this.column(name);
    if (!isNumericColumn(column)) return column;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `column '${name}' to hold text`,
      given: 'numbers',
      hint: "Use numbers(), or read it with types: { name: 'text' }.",
    });
  }

  /**
   * Names of the numeric columns, or of the text columns.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.namesOf('numeric'), table.namesOf('text')); // [ 'rent' ] [ 'town' ]
   * ```
   */
  namesOf(kind: 'numeric' | 'text'): string[] {
    if (kind !== 'numeric' && kind !== 'text')
      unknownName('the kind of columns', kind, ['numeric', 'text'], KIND_ALIASES);
    return this.columnNames.filter(
      (name) => isNumericColumn(this.columns.get(name)!) === (kind === 'numeric'),
    );
  }

  /**
   * These columns, in this order.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.select(['rent', 'town']).columnNames); // [ 'rent', 'town' ]
   * ```
   */
  select(names: string | readonly string[]): DataTable {
    return new DataTable(unchecked(nameList(names).map((name) => [name, this.column(name)] as const)));
  }

  /**
   * All columns except these.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.drop('town').columnNames); // [ 'rent' ]
   * ```
   */
  drop(names: string | readonly string[]): DataTable {
    const list = nameList(names);
    for (const name of list) this.column(name);
    return this.select(this.columnNames.filter((name) => !list.includes(name)));
  }

  /**
   * This table with a column added at the end, or replaced in place.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * const half = table.with('half', table.numbers('rent').map((rent) => rent / 2));
   * console.log([...half.numbers('half')]); // [ 9, 12.5, 11 ]
   * ```
   */
  with(name: string, values: ColumnInput): DataTable {
    if (typeof name !== 'string') bad('the name of a column to be text', name, "Write with('a', [1, 2]).");
    return new DataTable(new Map<string, ColumnInput>(this.columns).set(name, values));
  }

  /**
   * Rows begin … end − 1; negative positions count from the end, as for arrays. Numeric columns
   * share memory.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log([...table.slice(-2).numbers('rent')]); // [ 25, 22 ]
   * ```
   */
  slice(begin?: number, end?: number): DataTable {
    checkRow('begin', begin, Number.NEGATIVE_INFINITY);
    checkRow('end', end, Number.NEGATIVE_INFINITY);
    return this.mapColumns((column) =>
      isNumericColumn(column) ? likeColumn(column, column.subarray(begin, end)) : column.slice(begin, end),
    );
  }

  /**
   * The rows at these positions, in this order; a position may occur more than once.
   * @throws SteepestError `ERR_ARGUMENT` for a position outside the table
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log([...table.take([2, 0]).numbers('rent')]); // [ 22, 18 ]
   * ```
   */
  take(positions: ArrayLike<number>): DataTable {
    return new DataTable(atOnce(rowsTaken(this, positions)));
  }

  /**
   * Row-major numbers of all columns, [rows, columns], with their names.
   * @throws SteepestError `ERR_ARGUMENT` that names the columns of text, `ERR_EMPTY` for a table
   *   without columns
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.select('rent').toMatrix().toArray()); // [ [ 18 ], [ 25 ], [ 22 ] ]
   * ```
   */
  toMatrix(): Matrix<Float64Array> {
    const text = this.namesOf('text');
    const cols = this.columnNames.length;
    if (text.length > 0 || cols === 0) {
      throw new SteepestError(cols === 0 ? 'ERR_EMPTY' : 'ERR_ARGUMENT', {
        expected: 'a table of numbers',
        given: cols === 0 ? 'no columns' : `text in ${text.map((name) => `'${name}'`).join(', ')}`,
        hint: 'Select numeric columns, or encode text with OneHotEncoder in a columnTransformer.',
      });
    }
    const data = new Float64Array(this.rows * cols);
    let j = 0;
    for (const column of this.columns.values()) {
      for (let i = 0, at = j; i < this.rows; i++, at += cols) data[at] = column[i] as number;
      j++;
    }
    return new Matrix(data, [this.rows, cols], this.columnNames);
  }

  /**
   * One object per row, with NaN and null for missing values; dates are milliseconds since 1970.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.toRows()[0]); // { town: 'Bern', rent: 18 }
   * ```
   */
  toRows(): TableRow[] {
    return Array.from({ length: this.rows }, (_, i) =>
      Object.fromEntries(this.columnNames.map((name) => [name, this.columns.get(name)![i]!])),
    );
  }

  /**
   * The rows for which a condition holds, or a mask is true (or 1).
   * @throws SteepestError `ERR_ARGUMENT`; `ERR_SHAPE` for a mask of another length
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.filter(({ town }) => town === 'Bern').rows); // 2
   * console.log(table.filter([true, false, false]).rows); // 1
   * ```
   */
  filter(condition: RowFilter): DataTable {
    return this.take(keptRows(this, condition));
  }

  /**
   * The rows in ascending order of a column, or of several: the later ones decide where the earlier
   * ones are equal. Equal rows keep their order, and missing values come last.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * const sorted = table.sort(['town', 'rent'], { descending: [false, true] });
   * console.log([...sorted.numbers('rent')]); // [ 22, 18, 25 ]
   * ```
   */
  sort(columns: string | readonly string[], options?: SortOptions): DataTable {
    return this.take(sortedRows(this, nameList(columns), options));
  }

  /**
   * Groups of rows with the same keys, for statistics of each:
   * `table.groupBy('town').mean(['rent'])`. Rows in which a key is missing are in no group.
   * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.groupBy('town').mean(['rent']).toRows());
   * // [ { town: 'Bern', rent: 20 }, { town: 'Genf', rent: 25 } ]
   * ```
   */
  groupBy(keys: string | readonly string[]): GroupedTable<DataTable> {
    const names = nameList(keys);
    if (names.length === 0) bad('at least one column to group by', names, "Pass 'a' or ['a', 'b'].");
    return new GroupedTable(this, names, (columns) => new DataTable(columns));
  }

  /**
   * Count, mean, standard deviation (with n − 1), minimum, quartiles and maximum of each column of
   * numbers, without missing values. Columns of dates are left out.
   * @throws SteepestError `ERR_EMPTY` without a column of numbers
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.describe().columnNames); // [ 'statistic', 'rent' ]
   * ```
   */
  describe(): DataTable {
    return new DataTable(describe(this));
  }

  /**
   * A row for each column: its type, and how many values are there, missing and distinct.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.info().columnNames);
   * // [ 'column', 'type', 'values', 'missing', 'distinct' ]
   * ```
   */
  info(): DataTable {
    return new DataTable(info(this));
  }

  /**
   * How often each value of a column occurs, most frequent first, and its share; without missing
   * values.
   * @throws SteepestError `ERR_UNKNOWN_NAME`
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.valueCounts('town').toRows()[0]);
   * // { town: 'Bern', count: 2, share: 0.6666666666666666 }
   * ```
   */
  valueCounts(column: string): DataTable {
    return new DataTable(valueCounts(this, column));
  }

  /**
   * Other names for some columns: `{ old: 'new' }`.
   * @throws SteepestError `ERR_UNKNOWN_NAME`; `ERR_ARGUMENT` for a name that another column has
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.rename({ rent: 'price' }).columnNames); // [ 'town', 'price' ]
   * ```
   */
  rename(names: Readonly<Record<string, string>>): DataTable {
    return new DataTable(renamed(this, names));
  }

  /**
   * The rows of several tables, one below the other, with the columns in the order of the first.
   * @throws SteepestError `ERR_UNKNOWN_NAME` if a table lacks a column of another one, unless
   *   `fill` makes its values missing; `ERR_ARGUMENT` for text and numbers in one column
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(data.DataTable.concat([table, table]).rows); // 6
   * ```
   */
  static concat(tables: readonly DataTable[], options: ConcatOptions = {}): DataTable {
    const list = checkList('tables', tables);
    const other = list.findIndex((table) => !(table instanceof DataTable));
    if (other >= 0) bad(`tables[${other}] to be a DataTable`, list[other], 'Write new DataTable(columns).');
    return new DataTable(concat(tables, options));
  }

  /**
   * The table as CSV (RFC 4180), which `data.csv({ text })` reads again; dates are ISO 8601.
   * `data.writeCSV` writes it to a file.
   * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.toCSV().split('\n')[1]?.trim()); // Bern,18
   * ```
   */
  toCSV(options?: CsvTextOptions): string {
    return csvText(this, options);
  }

  /**
   * A Table of apache-arrow, which the caller imports: `table.toArrow(arrow)`. Numbers become
   * Float64, text Utf8, dates timestamps in milliseconds (UTC), and missing values null.
   * @throws SteepestError `ERR_ARGUMENT` for another module
   * @example
   * ```ts
   * import * as arrow from 'apache-arrow';
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.toArrow(arrow).numRows); // 3
   * ```
   */
  toArrow<T>(arrow: ArrowModule<T>): T {
    return toArrow(this, arrow);
  }

  /**
   * The first rows as a text table, with the size of the table. Of columns that do not fit the
   * terminal, the last one and as many as fit are shown.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(table.head(1).includes('Bern')); // true
   * ```
   */
  head(rows: number = HEAD_ROWS): string {
    checkRow('rows', rows, 0);
    return printed(this, rows);
  }

  /**
   * All rows, or the first of more than 60.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ town: ['Bern', 'Genf', 'Bern'], rent: [18, 25, 22] });
   * console.log(String(table).includes('Genf')); // true
   * ```
   */
  toString(): string {
    return this.head(this.rows <= MOST_PRINTED ? this.rows : HEAD_ROWS);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  private mapColumns(change: (column: Column) => Column): DataTable {
    return new DataTable(
      unchecked([...this.columns].map(([name, column]) => [name, change(column)] as const)),
    );
  }
}
