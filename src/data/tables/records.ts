/** An array of objects, one per row. */
import { type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import { isDate, isError, isPromise } from '../../core/realm.js';
import { refuseRow } from '../../core/refuse.js';
import { checkLength } from '../../core/rows.js';
import { type Column, type ColumnInput, toColumn } from '../column.js';
import { isBatch } from '../isBatch.js';
import type { Frame } from './frame.js';

type Cell = ColumnInput[number];
type Row = Readonly<Record<string, Cell>>;

/** An object with fields of its own: no list, typed array, Date or promise. */
function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (ArrayBuffer.isView(value) || isDate(value) || isPromise(value)) return false;
  return !(value instanceof Map || value instanceof Set || isError(value));
}

/** Whether a row has a column; what every object inherits is none. */
const hasKey = (row: Row, name: string): boolean =>
  (row[name] !== undefined || name in row) && (Object.hasOwn(row, name) || !(name in Object.prototype));

/** A missing key is a missing value. */
const cellOf = (row: Row, name: string): Cell => (hasKey(row, name) ? row[name] : undefined);

export class RecordFrame implements Frame {
  readonly isOrdered = false;
  private known: readonly string[] | undefined;
  private readonly columns = new Map<string, Column>();

  constructor(
    private readonly what: string,
    private readonly list: readonly unknown[],
  ) {
    checkLength(what, list);
  }

  /** True if the first row is an object, and no batch `{ x, y }` of a stream. */
  static isList(list: readonly unknown[]): boolean {
    const [first, second] = [list[0], list[1]];
    if (!isRow(first) || Object.keys(first).length === 0) return false;
    return !Array.isArray(second) && !isBatch(first);
  }

  get rows(): number {
    return this.list.length;
  }

  /** The keys of all rows, in order of first appearance. */
  get names(): readonly string[] {
    this.known ??= this.readNames();
    return this.known;
  }

  has(name: string): boolean {
    return this.list.some((row, i) => hasKey(this.check(row, i), name));
  }

  column(name: string): Column {
    let column = this.columns.get(name);
    if (column === undefined) {
      const values = Array.from(this.list, (row, i) => cellOf(this.check(row, i), name));
      column = toColumn(name, values);
      this.columns.set(name, column);
    }
    return column;
  }

  /**
   * Row-major numbers of some columns, read row by row, which takes half the time of reading column
   * by column. Missing values are NaN.
   * @returns undefined if there are other values: the columns then say which
   */
  *numbers(names: readonly string[]): InParts<{ data: Float64Array; isWhole: boolean } | undefined> {
    const { list } = this;
    const cols = names.length;
    const data = new Float64Array(list.length * cols);
    const rowsPerPart = Math.ceil(NUMBERS_PER_PART / (cols + 1));
    let isWhole = true;
    for (let i = 0, at = 0; i < list.length; i++) {
      if (i % rowsPerPart === rowsPerPart - 1) yield;
      const row = list[i] as Row;
      if (typeof row !== 'object' || row === null || Array.isArray(row)) this.check(row, i);
      for (let j = 0; j < cols; j++) {
        const value = row[names[j]!];
        if (typeof value === 'number') data[at++] = value;
        else if (value === undefined || value === null) {
          this.check(row, i);
          isWhole = false;
          data[at++] = Number.NaN;
        } else if (typeof value === 'boolean') data[at++] = Number(value);
        else return undefined;
      }
    }
    return { data, isWhole };
  }

  private readNames(): readonly string[] {
    const { list } = this;
    const first = Object.keys(this.check(list[0], 0));
    const all = new Set(first);
    for (let i = 1; i < list.length; i++) {
      const row = this.check(list[i], i);
      let j = 0;
      // Rows mostly have the same keys in the same order: comparing them costs little.
      for (const name in row) {
        if (name !== first[j++] && Object.hasOwn(row, name)) all.add(name);
      }
    }
    return [...all];
  }

  /** @throws SteepestError `ERR_RAGGED` for what is no object */
  private check(row: unknown, i: number): Row {
    return isRow(row) ? row : refuseRow(this.what, row, i, false, 'objects');
  }
}
