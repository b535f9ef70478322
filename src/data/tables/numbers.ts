/** Tables with named columns as row-major numbers. */
import { SteepestError } from '../../core/errors.js';
import { eachRange, type InParts } from '../../core/inParts.js';
import { checkNotEmpty, readingInParts } from '../../core/refuse.js';
import type { Rows } from '../../core/rows.js';
import { type Column, isNumericColumn } from '../column.js';
import type { Frame } from './frame.js';
import { recordsOf } from './frameOf.js';
import { type FittedColumns, matchedNames } from './match.js';

/** Row-major numbers with the names of their columns. */
export interface NamedNumbers extends Rows<Float64Array> {
  names: readonly string[] | undefined;
}

/**
 * Numbers of a table, with NaN for missing values. Extra columns of a table whose columns are
 * matched with those of a fit are not read.
 * @param fitted the columns of the fit, if there was one
 * @throws SteepestError `ERR_EMPTY`; `ERR_SHAPE` as {@link matchedNames}; `ERR_ARGUMENT` that names
 *   the columns of text
 */
export function numbersOfFrame(
  what: string,
  frame: Frame,
  fitted: FittedColumns | undefined,
): InParts<NamedNumbers> {
  return readingInParts(what, read(what, frame, fitted));
}

function* read(what: string, frame: Frame, fitted: FittedColumns | undefined): InParts<NamedNumbers> {
  const records = recordsOf(frame);
  const { rows } = frame;
  const names = fitted?.names ?? (fitted === undefined ? frame.names : matchedNames(what, frame, fitted));
  const cols = names.length;
  checkNotEmpty(what, rows, cols);
  if (records !== undefined) {
    const numbers = yield* records.numbers(names);
    // Without a missing value every column is there.
    if (fitted !== undefined && !numbers?.isWhole) matchedNames(what, frame, fitted);
    if (numbers !== undefined) return { data: numbers.data, rows, cols, names };
  } else if (fitted !== undefined) matchedNames(what, frame, fitted);
  const columns = names.map((name) => frame.column(name));
  const text = names.filter((_, j) => isText(columns[j]!));
  if (text.length > 0) refuseText(what, text);
  const data = new Float64Array(rows * cols);
  yield* eachRange(rows * cols, (begin, end) => {
    const [first, last] = [Math.ceil(begin / cols), Math.ceil(end / cols)];
    columns.forEach((column, j) => {
      for (let i = first, at = first * cols + j; i < last; i++, at += cols) data[at] = column[i] as number;
    });
  });
  // A column of nulls only is text by type, and missing values to those who take numbers.
  columns.forEach((column, j) => {
    if (!isNumericColumn(column)) for (let at = j; at < data.length; at += cols) data[at] = Number.NaN;
  });
  return { data, rows, cols, names };
}

/** Whether a column has any text; nulls alone are missing values. */
export const isText = (column: Column): boolean =>
  !isNumericColumn(column) && column.some((value) => value !== null);

/** @throws SteepestError `ERR_ARGUMENT` */
function refuseText(what: string, names: readonly string[]): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a table of numbers as ${what}`,
    given: `text in ${names.map((name) => `'${name}'`).join(', ')}`,
    hint: 'Select numeric columns, or encode text with OneHotEncoder in a columnTransformer.',
  });
}
