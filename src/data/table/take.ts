import { SteepestError } from '../../core/errors.js';
import { eachRange, type InParts } from '../../core/inParts.js';
import { isNumberList } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { type Column, takenFrom, unchecked } from '../column.js';
import type { TableView } from './view.js';

/**
 * The columns of a table at some rows, for another table.
 * @throws SteepestError `ERR_ARGUMENT` for a position outside the table
 */
export function* rowsTaken(
  table: TableView,
  positions: ArrayLike<number>,
): InParts<Iterable<readonly [string, Column]>> {
  if (!isNumberList(positions)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'positions to be a list of row numbers',
      given: show(positions),
      hint: 'Pass [0, 2].',
    });
  }
  const { rows } = table;
  yield* eachRange(positions.length, (begin, end) => {
    for (let i = begin; i < end; i++) checkPosition(positions[i]!, i, rows);
  });
  const columns: [string, Column][] = [];
  for (const name of table.columnNames) {
    yield;
    columns.push([name, yield* takenFrom(table.column(name), positions)]);
  }
  return unchecked(columns);
}

function checkPosition(row: number, at: number, rows: number): void {
  if (Number.isInteger(row) && row >= 0 && row < rows) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `positions from 0 to ${rows - 1}`,
    given: `${show(row)} at ${at}`,
    hint: 'Rows are numbered from 0.',
  });
}
