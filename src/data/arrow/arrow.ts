import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { show } from '../../core/show.js';
import type { ColumnarOptions } from '../cells.js';
import { checkColumnarFile, checkColumnarOptions } from '../columnar.js';
import { DataTable } from '../dataTable.js';
import type { ReadOptions } from '../limits/readLimits.js';
import { readTable } from '../thread/readTable.js';
import { arrowColumns, readArrowColumns } from './table.js';
import type { ArrowTable } from './vectors.js';

/**
 * A table of the package apache-arrow as a `DataTable`. Numbers, decimals, booleans, dates and
 * times (milliseconds) become float64 with NaN for null; text, also in dictionaries, stays text
 * with null.
 * @throws SteepestError `ERR_ARGUMENT` for other values; `ERR_DATA_FILE` for a nested or binary
 *   column, and for an integer, decimal or time that float64 cannot hold, with column and row;
 *   `ERR_UNKNOWN_NAME`; `ERR_EMPTY`
 * @example
 * ```ts
 * import { tableFromArrays } from 'apache-arrow';
 * import { data } from 'steepest';
 * const table = data.fromArrow(tableFromArrays({ a: [1, 2], b: ['x', 'y'] }));
 * console.log(table.columnNames, table.rows); // [ 'a', 'b' ] 2
 * ```
 */
export function fromArrow(table: ArrowTable, options: ColumnarOptions = {}): DataTable {
  checkColumnarOptions(options);
  const given = table as Partial<ArrowTable> | null | undefined;
  if (
    typeof given?.getChild !== 'function' ||
    typeof given.numRows !== 'number' ||
    !Array.isArray(given.schema?.fields)
  ) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a Table of apache-arrow',
      given: show(table),
      hint: 'Pass what tableFromIPC or tableFromArrays returned.',
    });
  }
  return new DataTable(arrowColumns('the Arrow table', table, options, undefined));
}

/** Options of {@link readArrow}. */
export interface ArrowOptions extends ColumnarOptions, ReadOptions {}

/**
 * Reads an Arrow file, also called Feather version 2, or a stream of Arrow record batches, in a
 * thread of its own. It needs the package apache-arrow (install it beside steepest); {@link
 * fromArrow} documents the conversion of each type. That package cannot decompress files.
 * @throws SteepestError `ERR_MISSING_PEER` without apache-arrow; `ERR_DATA_FILE` for a missing or
 *   damaged file; `ERR_DATA_LIMIT`; and as {@link fromArrow}
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { tableFromArrays, tableToIPC } from 'apache-arrow';
 * import { data } from 'steepest';
 * writeFileSync('table.arrow', tableToIPC(tableFromArrays({ a: [1, 2] }), 'file'));
 * const table = await data.readArrow('table.arrow');
 * console.log([...table.numbers('a')]); // [ 1, 2 ]
 * ```
 */
export async function readArrow(path: string | URL, options: ArrowOptions = {}): Promise<DataTable> {
  const { columnar, limits } = checkColumnarFile(options);
  const file = localPath('the path of an Arrow file', path);
  return readTable({ kind: 'arrow', path: file, options: columnar, limits }, readArrowColumns);
}
