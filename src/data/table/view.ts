import type { Column, ColumnInput, NumericColumn } from '../column.js';

/** What the functions of this folder need of a `DataTable`. */
export interface TableView {
  readonly rows: number;
  readonly columnNames: readonly string[];
  /** @throws SteepestError `ERR_UNKNOWN_NAME` */
  column(name: string): Column;
  /** @throws SteepestError `ERR_UNKNOWN_NAME`; `ERR_ARGUMENT` for a column of text */
  numbers(name: string): NumericColumn;
  namesOf(kind: 'numeric' | 'text'): string[];
}

/** Columns of a table to be made, in order. */
export type NamedColumn = readonly [name: string, values: ColumnInput];

/** Whether a value of a column is missing. */
export const isMissing = (value: number | string | null): value is null | number =>
  value === null || (typeof value === 'number' && Number.isNaN(value));
