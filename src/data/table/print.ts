/** A table as text that fits a terminal. */

import { type Align, alignColumns, COLUMN_GAP, numberCell, textCell } from '../../core/alignColumns.js';
import { countOf } from '../../core/refuse.js';
import { isDateColumn, isNumericColumn } from '../column.js';
import { dateFormatOf } from './dates.js';
import { isMissing, type TableView } from './view.js';

/** The width without a terminal: as wide as these docs. */
const USUAL_WIDTH = 100;
const LEAST_WIDTH = 40;
const OMITTED = '…';

/** @param width in characters; default: that of the terminal */
export function printed(
  table: TableView,
  rows: number,
  width = process.stdout?.columns ?? USUAL_WIDTH,
): string {
  const { columnNames } = table;
  const count = Math.min(rows, table.rows);
  const size = `${countOf(table.rows, 'row')} × ${countOf(columnNames.length, 'column')}`;
  if (columnNames.length === 0) return size;
  const columns = columnNames.map((name) => {
    const column = table.column(name);
    const textOf = isDateColumn(column) ? dateFormatOf(column) : numberCell;
    const cells = Array.from({ length: count }, (_, i) => shown(column[i]!, textOf));
    return { name: textCell(name), cells, align: (isNumericColumn(column) ? 'right' : 'left') as Align };
  });
  const widths = columns.map(({ name, cells }) =>
    Math.max(name.length, ...cells.map(({ length }) => length)),
  );
  const fitting = fitted(widths, Math.max(width, LEAST_WIDTH));
  const omitted = { name: OMITTED, cells: new Array<string>(count).fill(OMITTED), align: 'left' as Align };
  const kept =
    fitting === columns.length ? columns : [...columns.slice(0, fitting), omitted, columns.at(-1)!];
  const lines = Array.from({ length: count }, (_, i) => kept.map(({ cells }) => cells[i]!));
  const text = alignColumns(
    kept.map(({ name }) => name),
    lines,
    kept.map(({ align }) => align),
  );
  return `${text}\n${count < table.rows ? `${OMITTED}\n` : ''}${size}`;
}

/** How many columns from the first on fit: all, or as many as fit beside the last one. */
function fitted(widths: readonly number[], width: number): number {
  const total = (list: readonly number[]): number =>
    list.reduce((sum, each) => sum + each + COLUMN_GAP, -COLUMN_GAP);
  if (total(widths) <= width) return widths.length;
  let count = widths.length - 2;
  while (count > 1 && total([...widths.slice(0, count), OMITTED.length, widths.at(-1)!]) > width) count--;
  return Math.max(count, 1);
}

function shown(value: number | string | null, textOf: (value: number) => string): string {
  if (isMissing(value)) return '–';
  return typeof value === 'string' ? textCell(value) : textOf(value);
}
