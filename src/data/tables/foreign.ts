/**
 * Tables of other packages, recognised by their public methods. None of these packages is needed,
 * and none is loaded. Properties are read, not looked for with `in`: a DataFrame of nodejs-polars
 * is a proxy that has its columns only.
 */
import { fromArrow } from '../arrow/arrow.js';
import type { ArrowTable } from '../arrow/vectors.js';
import { type Column, type ColumnInput, toColumn } from '../column.js';
import type { Frame } from './frame.js';

/** A Table or a RecordBatch of apache-arrow. */
export interface ArrowLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: unknown }[] };
  getChild(name: never): unknown;
}

/** A table of arquero. */
export interface ArqueroLike {
  numRows(): number;
  columnNames(): string[];
  array(name: string): unknown;
}

/** A DataFrame of nodejs-polars. */
export interface PolarsLike {
  readonly columns: readonly unknown[];
  readonly height: number;
  getColumn(name: never): unknown;
}

/** A DataFrame of danfo.js. */
export interface DanfoLike {
  readonly columns: readonly string[];
  readonly shape: readonly number[];
  column(name: string): { readonly values: unknown };
}

/** A table of another package. */
export type ForeignTable = ArrowLike | ArqueroLike | PolarsLike | DanfoLike;

/** Reads a column when it is needed. */
class ForeignFrame implements Frame {
  readonly isOrdered = true;
  private readonly columns = new Map<string, Column>();

  constructor(
    readonly rows: number,
    readonly names: readonly string[],
    private readonly read: (name: string) => Column,
  ) {}

  has(name: string): boolean {
    return this.names.includes(name);
  }

  column(name: string): Column {
    let column = this.columns.get(name);
    if (column === undefined) {
      column = this.read(name);
      this.columns.set(name, column);
    }
    return column;
  }
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isNameList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

/** A table of another package; undefined for everything else. */
export function foreignFrame(input: object): Frame | undefined {
  const { numRows, columns } = input as { numRows?: unknown; columns?: unknown };
  if (typeof numRows === 'number') return arrowFrame(input as ArrowLike);
  if (isFunction(numRows)) return arqueroFrame(input as ArqueroLike);
  return isNameList(columns) ? dataFrame(input, columns) : undefined;
}

function arrowFrame(input: ArrowLike): Frame | undefined {
  const fields: unknown = input.schema?.fields;
  if (!Array.isArray(fields) || !isFunction(input.getChild)) return undefined;
  const table = input as unknown as ArrowTable;
  const names = table.schema.fields.map(({ name }) => String(name));
  return new ForeignFrame(table.numRows, names, (name) => fromArrow(table, { columns: [name] }).column(name));
}

function arqueroFrame(input: ArqueroLike): Frame | undefined {
  if (!isFunction(input.columnNames) || !isFunction(input.array)) return undefined;
  return new ForeignFrame(input.numRows(), input.columnNames(), (name) =>
    toColumn(name, input.array(name) as ColumnInput),
  );
}

function dataFrame(input: object, columns: readonly string[]): Frame | undefined {
  const polars = input as PolarsLike;
  if (isFunction(polars.getColumn) && typeof polars.height === 'number') {
    return new ForeignFrame(polars.height, columns, (name) => {
      const series = polars.getColumn(name as never) as { toArray(): ColumnInput };
      return toColumn(name, series.toArray());
    });
  }
  const danfo = input as DanfoLike;
  if (!isFunction(danfo.column) || !Array.isArray(danfo.shape)) return undefined;
  return new ForeignFrame(danfo.shape[0] as number, columns, (name) =>
    toColumn(name, danfo.column(name).values as ColumnInput),
  );
}
