import { alignColumns, COLUMN_GAP, numberCell, textCell } from './alignColumns.js';
import { SteepestError } from './errors.js';
import type { NdArray, StoredArray } from './ndarray.js';
import { countOf } from './refuse.js';
import { show } from './show.js';
import { unknownColumn } from './unknownColumn.js';

/**
 * Rows and columns of numbers: what predictions, transforms, coefficients and weights are. It can
 * be passed wherever `{ data, shape }` can, and a copy made by `structuredClone` still can.
 *
 * Row-major: number (i, j) is `data[i * columns + j]`. An array of a higher rank, such as images,
 * counts as rows too: a row is everything after the first dimension.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
 * const matrix = table.toMatrix();
 * console.log(matrix.shape, [...matrix.row(1)], [...matrix.column('b')]);
 * // [ 3, 2 ] [ 3, 4 ] [ 2, 4, 6 ]
 * ```
 */
export class Matrix<T extends StoredArray = StoredArray> implements NdArray<T> {
  /** All numbers, row by row: the result's own memory. */
  readonly data: T;
  /** [rows, columns], or more sizes for arrays of a higher rank. */
  readonly shape: readonly number[];
  /** One name per column, where they have names. */
  declare readonly columnNames?: readonly string[];

  /** @internal Neither copies nor checks anything. */
  constructor(data: T, shape: readonly number[], columnNames?: readonly string[]) {
    this.data = data;
    this.shape = shape;
    // Without names there is no property: an object of `data` and `shape`, as users write it.
    if (columnNames !== undefined) this.columnNames = columnNames;
  }

  /**
   * Number of rows: the first size.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log(matrix.rows); // 3
   * ```
   */
  get rows(): number {
    return this.shape[0];
  }

  /**
   * Numbers per row: the product of all sizes after the first.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log(matrix.columns); // 2
   * ```
   */
  get columns(): number {
    let count = 1;
    for (let d = 1; d < this.shape.length; d++) count *= this.shape[d];
    return count;
  }

  /**
   * Row i, not copied: a view of `data`.
   * @throws SteepestError `ERR_ARGUMENT` for a row that does not exist
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log([...matrix.row(0)]); // [ 1, 2 ]
   * ```
   */
  row(i: number): T {
    const at = position('row', i, this.rows);
    const { columns } = this;
    return this.data.subarray(at * columns, (at + 1) * columns) as T;
  }

  /**
   * A copy of column j, by number or by name.
   * @throws SteepestError `ERR_ARGUMENT` for a number without a column; `ERR_UNKNOWN_NAME`, with
   *   the closest name, for a name without a column
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log([...matrix.column('b')], [...matrix.column(0)]); // [ 2, 4, 6 ] [ 1, 3, 5 ]
   * ```
   */
  column(j: number | string): T {
    const at = typeof j === 'string' ? this.named(j) : position('column', j, this.columns);
    const { data, rows, columns } = this;
    const Type = data.constructor as new (length: number) => T;
    const values = new Type(rows);
    for (let i = 0, from = at; i < rows; i++, from += columns) values[i] = data[from];
    return values;
  }

  /**
   * The same numbers as nested lists: one list per row, or deeper for arrays of a higher rank,
   * whose type you may name: `toArray<number[][][]>()`.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log(matrix.toArray()); // [ [ 1, 2 ], [ 3, 4 ], [ 5, 6 ] ]
   * ```
   */
  toArray<R = number[][]>(): R {
    return nested(this.data, this.shape, 0, 0, this.data.length) as R;
  }

  /**
   * For `JSON.stringify`: `{ data: […], shape: […] }`, and `columnNames` if there are any.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log(JSON.stringify(matrix));
   * // {"data":[1,2,3,4,5,6],"shape":[3,2],"columnNames":["a","b"]}
   * ```
   */
  toJSON(): { data: number[]; shape: readonly number[]; columnNames?: readonly string[] } {
    const { shape, columnNames } = this;
    const data = Array.from(this.data);
    return columnNames === undefined ? { data, shape } : { data, shape, columnNames };
  }

  /**
   * The first rows and columns as a text table.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const table = new data.DataTable({ a: [1, 3, 5], b: [2, 4, 6] });
   * const matrix = table.toMatrix();
   * console.log(String(matrix));
   * //    a  b
   * // ─  ─  ─
   * // 0  1  2
   * // 1  3  4
   * // 2  5  6
   * // Matrix 3 × 2, Float64Array
   * ```
   */
  toString(): string {
    return print(this);
  }

  /** What `console.log` prints: the same as {@link toString}. */
  [Symbol.for('nodejs.util.inspect.custom')](depth?: number): string {
    return depth !== undefined && depth < 0 ? `[${titleOf(this)}]` : print(this);
  }

  private named(name: string): number {
    const { columnNames } = this;
    const at = columnNames?.indexOf(name) ?? -1;
    if (at >= 0) return at;
    if (columnNames === undefined) {
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `a column number from 0 to ${this.columns - 1}, as these columns have no names`,
        given: show(name),
        hint: 'Call column(0).',
      });
    }
    throw unknownColumn('the column', name, columnNames);
  }
}

function position(what: 'row' | 'column', given: unknown, count: number): number {
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) < count) return given as number;
  const range = count === 0 ? `a matrix with ${what}s` : `a ${what} number from 0 to ${count - 1}`;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: range,
    given: show(given),
    hint: `There are ${count} ${what}s, numbered from 0.`,
  });
}

/** The numbers from `begin` to `end` as lists nested from dimension `d` on. */
function nested(data: StoredArray, shape: readonly number[], d: number, begin: number, end: number): unknown {
  if (d >= shape.length - 1) return Array.from(data.subarray(begin, end));
  const size = shape[d];
  const step = (end - begin) / size;
  return Array.from({ length: size }, (_, i) =>
    nested(data, shape, d + 1, begin + i * step, begin + (i + 1) * step),
  );
}

/** What is printed of a large matrix: rows, and characters of a line. */
const MOST_ROWS = 8;
const LINE = 80;
/** Numbers printed of an array that is no matrix. */
const MOST_NUMBERS = 12;

const titleOf = ({ data, shape }: Matrix): string => `Matrix ${shape.join(' × ')}, ${data.constructor.name}`;

function print(matrix: Matrix): string {
  const title = titleOf(matrix);
  const { data, shape } = matrix;
  if (data.length === 0) return title;
  if (shape.length !== 2) {
    const list = Array.from(data.subarray(0, MOST_NUMBERS), numberCell).join(', ');
    const rest = data.length - MOST_NUMBERS;
    return `${title} [ ${list}${rest > 0 ? `, … ${countOf(rest, 'more number')}` : ''} ]`;
  }
  // To hide a single row saves no line.
  const shown = matrix.rows <= MOST_ROWS + 1 ? matrix.rows : MOST_ROWS;
  const { head, rows } = cellsOf(matrix, shown);
  const hidden = { row: matrix.rows - shown, column: matrix.columns - (head.length - 1) };
  const more = Object.entries(hidden)
    .filter(([, count]) => count > 0)
    .map(([thing, count]) => countOf(count, `more ${thing}`));
  const table = alignColumns(
    head,
    rows,
    head.map(() => 'right'),
  );
  return `${table}\n${more.length > 0 ? `… ${more.join(', ')}\n` : ''}${title}`;
}

/** The text of the first rows, and of as many columns as fit on a line, after the row's number. */
function cellsOf(matrix: Matrix, shown: number): { head: string[]; rows: string[][] } {
  const { data, columns, columnNames } = matrix;
  const head = [''];
  const rows = Array.from({ length: shown }, (_, i) => [String(i)]);
  let width = String(shown - 1).length;
  for (let j = 0; j < columns; j++) {
    const title = textCell(columnNames?.[j] ?? String(j));
    const cells = rows.map((_, i) => numberCell(data[i * columns + j]));
    width += COLUMN_GAP + Math.max(title.length, ...cells.map((cell) => cell.length));
    if (width > LINE && j > 0) break;
    head.push(title);
    cells.forEach((cell, i) => {
      rows[i].push(cell);
    });
  }
  return { head, rows };
}
