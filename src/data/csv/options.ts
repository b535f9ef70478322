/** Options of a CSV file. resolveOptions.ts checks them. */

import type { ByteOrigin } from '../byteReader.js';
import type { ReadLimits } from '../limits/readLimits.js';
import type { CsvDateFormat, DateReader } from './dateFormat.js';
import type { MissingTexts } from './missing.js';
import type { CsvNumberFormat, NumberFormat, NumberReader } from './numberFormat.js';

/**
 * The type of a column.
 * - `number`: float64; missing values are NaN.
 * - `integer`: integers only; anything else is an error.
 * - `boolean`: true and false, which become 1 and 0; if declared also yes and no, t and f, y and n,
 *   1 and 0.
 * - `date`: dates or times, which become numbers: milliseconds since 1970 UTC, or as `dates`
 *   defines.
 * - `category`: text with few values; as a feature or target it becomes the number of its category.
 * - `text`: unchanged text, in tables; it cannot be a feature.
 * @example
 * ```ts
 * import type { data } from 'steepest';
 * const types: Record<string, data.CsvColumnType> = { zip: 'text', rooms: 'integer' };
 * ```
 */
export type CsvColumnType = 'number' | 'integer' | 'boolean' | 'date' | 'category' | 'text';

/**
 * Options of {@link csv}. Those of `CsvNumberFormat` apply to all columns that `numbers` does not
 * name.
 */
export interface CsvOptions extends Omit<CsvNumberFormat, 'units'> {
  /** The column, or columns, to predict. Without it batches have no `y`. */
  target?: string | readonly string[];
  /**
   * Columns of x, in this order. Default: all but the target and `exclude`, in the file's order.
   */
  columns?: readonly string[];
  /** Columns to leave out. */
  exclude?: readonly string[];
  /** Types of columns, where those inferred from the first rows are wrong. */
  types?: Readonly<Record<string, CsvColumnType>>;
  /**
   * All categories of a column, in the order of their codes. Default: in order of first appearance.
   */
  categories?: Readonly<Record<string, readonly string[]>>;
  /** Number formats of single columns: { price: { thousands: ',', units: ['$'] } }. */
  numbers?: Readonly<Record<string, CsvNumberFormat>>;
  /**
   * Texts beside numbers to ignore in every column: ['$']. Factors of a column belong to `numbers`.
   */
  units?: readonly string[];
  /**
   * Columns of dates: a list if they are ISO 8601, or { day: { format: '%d.%m.%Y', unit: 'days' }
   * }.
   */
  dates?: readonly string[] | Readonly<Record<string, CsvDateFormat>>;
  /** The delimiter of fields. Default ','. */
  delimiter?: string;
  /**
   * The file's encoding, by a name from the Encoding Standard: 'windows-1252', 'latin1' (the same),
   * 'utf-16le', 'shift_jis', …. Default: UTF-8, or UTF-16 if the file begins with its byte order
   * mark.
   */
  encoding?: string;
  /**
   * True if the first line has the names; false if it is data, and columns are named column0,
   * column1, …; or the names, if the file has none. Default: true, but a first line with numbers
   * only is an error.
   */
  header?: boolean | readonly string[];
  /**
   * Texts that represent a missing value; a number represents every spelling of it. Default: empty,
   * NA, N/A, n/a, #N/A, <NA>, NaN, nan, NULL, null and None.
   */
  missing?: readonly string[];
  /**
   * What to do with integers outside ±(2^53 − 1), most of which float64 cannot hold: 'error', or
   * 'round' to the nearest float64. Default 'error'.
   */
  largeIntegers?: 'error' | 'round';
  /**
   * Rows at the file's start from which types and categories are inferred; Infinity reads the whole
   * file first. Default 10,000.
   */
  sampleRows?: number;
  /** Rows per batch. Default: as many as hold about 2^18 numbers, from 256 to 65,536. */
  batchRows?: number;
  /**
   * Limits of each reading of the file: `bytes` of decompressed text, `timeMs`. For batches, which
   * take constant memory, `bytes` has no default, and the time between batches does not count.
   */
  limits?: ReadLimits;
}

/** Options with their defaults, checked as far as possible without the file. */
export interface ResolvedOptions {
  origin: ByteOrigin;
  /** Its name. */
  path: string;
  columns: readonly string[] | undefined;
  header: CsvOptions['header'];
  batchRows: number | undefined;
  targets: readonly string[];
  exclude: readonly string[];
  types: ReadonlyMap<string, CsvColumnType>;
  categories: ReadonlyMap<string, readonly string[]>;
  /** Formats of columns that have their own. */
  numbers: ReadonlyMap<string, NumberReader>;
  /** Format of all other columns. */
  fileNumbers: NumberReader;
  /** The file's format, as given. */
  format: NumberFormat;
  dates: ReadonlyMap<string, DateReader>;
  delimiter: string;
  decimal: '.' | ',';
  encoding: string | undefined;
  missing: MissingTexts;
  largeIntegers: 'error' | 'round';
  sampleRows: number;
  limits: ReadLimits;
}

/** How the numbers of a column are read. */
export const numberReaderOf = ({ numbers, fileNumbers }: ResolvedOptions, name: string): NumberReader =>
  numbers.get(name) ?? fileNumbers;
