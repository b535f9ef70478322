import { type Column, isDateColumn, isNumericColumn } from '../data/column.js';
import { DataTable } from '../data/dataTable.js';
import { withoutSampleShape } from '../data/sampleShape.js';
import { frameOf, tableOfFrame } from '../data/tables/frameOf.js';
import { columnName } from '../estimators/base/columns.js';
import { readFeatures } from '../estimators/base/features.js';
import type { RowsInput } from '../estimators/selection/rows.js';

/** Samples of any kind as columns with names: for tables of the page. */
export interface Columns {
  rows: number;
  names: readonly string[];
  /** Numbers with NaN, or texts with null, where a value is missing. */
  column(j: number): Column;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

const isText = (x: RowsInput): x is readonly (readonly unknown[])[] =>
  Array.isArray(x) &&
  isList(x[0]) &&
  x.some((row) => Array.isArray(row) && row.some((cell) => typeof cell !== 'number'));

/**
 * The columns of samples.
 * @param names of the model's columns, where the samples have none
 * @param sampleShape height, width and channels of images
 */
export function columnsOf(
  x: RowsInput,
  names: readonly string[] | undefined,
  sampleShape: readonly number[] | undefined,
): Columns {
  const frame = frameOf('X', x);
  if (frame !== undefined) return ofTable(tableOfFrame(frame));
  const isNested = Array.isArray(x) && isList(x[0]) && isList((x[0] as ArrayLike<unknown>)[0]);
  if (!isNested && isText(x)) return ofTable(cellTable(x, names));
  const matrix = sampleShape === undefined ? x : withoutSampleShape('X', x as never, sampleShape);
  const { data, rows, cols, names: given } = readFeatures('X', matrix as never);
  const known = given ?? (names?.length === cols ? names : undefined);
  return {
    rows,
    names: Array.from({ length: cols }, (_, j) => columnName(known, j)),
    column: (j) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!),
  };
}

function ofTable(table: DataTable): Columns {
  const { rows, columnNames } = table;
  return { rows, names: columnNames, column: (j) => table.column(columnNames[j]!) };
}

/** Rows of cells, of which some are text. */
function cellTable(x: readonly (readonly unknown[])[], names: readonly string[] | undefined): DataTable {
  const cols = x[0]!.length;
  const known = names?.length === cols ? names : undefined;
  return new DataTable(
    Array.from({ length: cols }, (_, j) => {
      const cells = x.map((row) => row[j]);
      const hasText = cells.some((cell) => typeof cell === 'string');
      const values = hasText
        ? cells.map((cell) => (typeof cell === 'string' ? cell : cellText(cell)))
        : cells;
      return [columnName(known, j), values as never] as const;
    }),
  );
}

/** A number among texts. */
const cellText = (cell: unknown): string | null =>
  cell === null || cell === undefined || Number.isNaN(cell) ? null : String(cell);

/** What kind of values a column holds. */
export function kindOf(column: Column): 'text' | 'date' | 'number' {
  if (!isNumericColumn(column)) return 'text';
  return isDateColumn(column) ? 'date' : 'number';
}
