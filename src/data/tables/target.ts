/** The target named in place of y: `fit(table, 'target')`. */
import { SteepestError } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { reading } from '../../core/refuse.js';
import { checkLength } from '../../core/rows.js';
import { show } from '../../core/show.js';
import { unknownColumn } from '../../core/unknownColumn.js';
import type { ColumnNames } from '../arrayInputs.js';
import { type Column, isNumericColumn } from '../column.js';
import type { Frame } from './frame.js';
import { frameOf, withoutColumns } from './frameOf.js';

/** Samples and targets. */
export interface Separated<X, Y> {
  x: X;
  y: Exclude<Y, ColumnNames>;
}

/**
 * Takes target columns out of a table if y names them: one name, or a list of different names.
 * Everything else is returned as it is, a list of classes too.
 * @param what the name of x in errors
 * @throws SteepestError `ERR_UNKNOWN_NAME` for a column that does not exist; `ERR_ARGUMENT` for a
 *   name beside an x without names, and for several target columns of which one is text
 */
export function separateTarget<X, Y>(what: string, x: X, y: Y): Separated<X, Y> {
  const isName = typeof y === 'string';
  const asTheyAre = { x, y: y as Exclude<Y, ColumnNames> };
  if (!isName && !reading('y', () => isTextList(y))) return asTheyAre;
  const frame = frameOf(what, x);
  if (frame === undefined) {
    if (!isName) return asTheyAre;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} as a table with named columns, where y is the name of one`,
      given: show(x),
      hint: 'Pass a DataTable or objects, or y as a list.',
    });
  }
  const names: readonly string[] = isName ? [y] : (y as unknown as readonly string[]);
  if (!isName && !areNames(names, frame)) return asTheyAre;
  for (const name of names) if (!frame.has(name)) throw unknownColumn('the target', name, frame.names);
  const rest = withoutColumns(frame, names) as unknown as X;
  return { x: rest, y: targetOf(frame, names) as Exclude<Y, ColumnNames> };
}

function isTextList(y: unknown): boolean {
  if (!isList(y) || typeof y[0] !== 'string') return false;
  checkLength('y', y);
  return y.every((name) => typeof name === 'string');
}

/**
 * Whether a list of texts names columns. Classes, one per row, are rarely as many as there are rows
 * and all of them columns.
 */
function areNames(list: readonly string[], frame: Frame): boolean {
  if (hasRepeats(list)) return false;
  if (list.length === frame.rows) return list.every((name) => frame.has(name));
  return list.some((name) => frame.has(name));
}

/** Stops at the first text that comes again: among the classes of many rows, that is soon. */
function hasRepeats(list: readonly string[]): boolean {
  const seen = new Set<string>();
  return list.some((text) => seen.size === seen.add(text).size);
}

/** One column as it is, several as rows of numbers. */
function targetOf(frame: Frame, names: readonly string[]): Column | { data: Float64Array; shape: number[] } {
  if (names.length === 1) return frame.column(names[0]!);
  const [rows, cols] = [frame.rows, names.length];
  const data = new Float64Array(rows * cols);
  names.forEach((name, j) => {
    const column = frame.column(name);
    if (!isNumericColumn(column)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'several target columns to be numbers',
        given: `text in ${show(name)}`,
        hint: 'Name one column of text, or columns of numbers.',
      });
    }
    for (let i = 0; i < rows; i++) data[i * cols + j] = column[i]!;
  });
  return { data, shape: [rows, cols] };
}
