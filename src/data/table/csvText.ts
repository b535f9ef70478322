/**
 * Tables as CSV (RFC 4180, with `\n` at the end of lines), which `data.csv` reads as the same
 * table.
 */

import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { Slices } from '../../core/nextTurn.js';
import { show } from '../../core/show.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { csvField } from '../../io/csvText.js';
import { isDateColumn } from '../column.js';
import { dateFormatOf } from './dates.js';
import { isMissing, type TableView } from './view.js';

/** Options of `DataTable.toCSV` and {@link writeCSV}. */
export interface CsvTextOptions {
  /** Between two fields. Default ','. */
  delimiter?: string;
  /** The text of a missing value. Default: an empty field. */
  missing?: string;
}

/** Rows that are formatted between two looks at the clock. */
const PIECE_ROWS = 512;

function formatOf(options: CsvTextOptions): Required<CsvTextOptions> {
  checkKeys('the options of CSV', options, ['delimiter', 'missing'], {
    sep: 'delimiter',
    separator: 'delimiter',
    naRep: 'missing',
    nullValue: 'missing',
  });
  const { delimiter = ',', missing = '' } = options;
  if (typeof delimiter !== 'string' || !/^[^"\r\n0-9.eE+-]+$/.test(delimiter)) {
    bad('delimiter to be text that cannot be part of a number, quote or line end', delimiter, "Write ';'.");
  }
  if (typeof missing !== 'string' || /["\r\n]/.test(missing) || missing.includes(delimiter)) {
    bad('missing to be text without delimiter, quote and line end', missing, "Write 'NA'.");
  }
  return { delimiter, missing };
}

function bad(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

/** An empty field would be a missing value. */
const fieldOf = (text: string, delimiter: string): string => (text === '' ? '""' : csvField(text, delimiter));

/** The shortest digits that give the same float64 again; `String` drops the sign of −0. */
const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** The header and the rows, some at a time. */
function* pieces(table: TableView, format: Required<CsvTextOptions>): Generator<string> {
  const { columnNames, rows } = table;
  const { delimiter, missing } = format;
  if (columnNames.length === 0) return;
  yield `${columnNames.map((name) => fieldOf(name, delimiter)).join(delimiter)}\n`;
  const columns = columnNames.map((name) => {
    const values = table.column(name);
    return { values, textOf: isDateColumn(values) ? dateFormatOf(values) : numberText };
  });
  // A blank line is no row: a missing value alone is quoted.
  const absent = columns.length === 1 && missing === '' ? '""' : missing;
  for (let begin = 0; begin < rows; begin += PIECE_ROWS) {
    let text = '';
    for (let i = begin; i < Math.min(rows, begin + PIECE_ROWS); i++) {
      for (let j = 0; j < columns.length; j++) {
        const { values, textOf } = columns[j]!;
        const value = values[i]!;
        if (j > 0) text += delimiter;
        if (isMissing(value)) text += absent;
        else text += typeof value === 'string' ? fieldOf(value, delimiter) : textOf(value);
      }
      text += '\n';
    }
    yield text;
  }
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
export function csvText(table: TableView, options: CsvTextOptions = {}): string {
  return [...pieces(table, formatOf(options))].join('');
}

/**
 * Writes a table as CSV, atomically: after any failure the file is the old one or the new one.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`; `ERR_DATA_FILE` if it cannot be written
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { data } from 'steepest';
 * const table = new data.DataTable({ a: [1, 2], b: ['x', null] });
 * await data.writeCSV('table.csv', table, { missing: 'NA' });
 * console.log(readFileSync('table.csv', 'utf8').split(/\r?\n/).slice(0, 3));
 * // [ 'a,b', '1,x', '2,NA' ]
 * ```
 */
export async function writeCSV(
  path: string | URL,
  table: TableView,
  options: CsvTextOptions = {},
): Promise<void> {
  const file = localPath('the path of a CSV file', path);
  if (typeof (table as Partial<TableView> | undefined)?.namesOf !== 'function') {
    bad('the table to be a DataTable', table, 'Write writeCSV(path, new data.DataTable(columns)).');
  }
  const slices = new Slices();
  const parts: Buffer[] = [];
  for (const piece of pieces(table, formatOf(options))) {
    parts.push(Buffer.from(piece, 'utf8'));
    if (slices.isDue) await slices.next();
  }
  await writeFileAtomic(file, Buffer.concat(parts), 'ERR_DATA_FILE');
}
