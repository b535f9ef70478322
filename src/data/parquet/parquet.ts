import { localPath } from '../../core/localPath.js';
import type { ColumnarOptions } from '../cells.js';
import { checkColumnarFile } from '../columnar.js';
import type { DataTable } from '../dataTable.js';
import type { ReadOptions } from '../limits/readLimits.js';
import { readTable } from '../thread/readTable.js';
import { readParquetColumns } from './table.js';

/** Options of {@link readParquet}. */
export interface ParquetOptions extends ColumnarOptions, ReadOptions {}

/**
 * Reads a Parquet file in a thread of its own. It needs the package hyparquet (install it beside
 * steepest). Numbers, booleans, dates and times (milliseconds since 1970) become float64 with NaN
 * for null; text stays text with null. Uncompressed, Snappy, gzip and Brotli; Zstandard with
 * Node.js 22.15 or later.
 * @throws SteepestError `ERR_MISSING_PEER` without hyparquet; `ERR_DATA_FILE` for a missing or
 *   damaged file, a nested or binary column, and an integer, decimal or time that float64 cannot
 *   hold; `ERR_DATA_LIMIT`; `ERR_UNKNOWN_NAME`; `ERR_EMPTY`
 * @example
 * ```ts
 * import { data, type SteepestError } from 'steepest';
 * const options = { columns: ['town', 'rent'] };
 * const table = await data
 *   .readParquet('flats.parquet', options)
 *   .catch((error: SteepestError) => error.code);
 * console.log(table); // ERR_DATA_FILE
 * ```
 */
export async function readParquet(path: string | URL, options: ParquetOptions = {}): Promise<DataTable> {
  const { columnar, limits } = checkColumnarFile(options);
  const file = localPath('the path of a Parquet file', path);
  return readTable({ kind: 'parquet', path: file, options: columnar, limits }, readParquetColumns);
}
