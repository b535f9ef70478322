/**
 * Data from a path or from standard input, for the commands: tables, arrays and folders of images.
 * The format follows from the ending of the path and the first bytes.
 */

import { SteepestError } from '../core/errors.js';
import type { NdArray, StoredArray } from '../core/ndarray.js';
import { readArrow } from '../data/arrow/arrow.js';
import type { DataTable } from '../data/dataTable.js';
import { readNpy } from '../data/npy/npy.js';
import { readNpz } from '../data/npy/npz.js';
import { readParquet } from '../data/parquet/parquet.js';
import { type CsvReading, readCsv } from './data/csvReading.js';
import { type DataFormat, formatOf, STDIN } from './data/formats.js';
import { type ImageShape, type ReadImages, readImages } from './data/images.js';

export type { CsvReading } from './data/csvReading.js';
export { DATA_FORMATS, type DataFormat, STDIN } from './data/formats.js';
export type { ImageShape, ReadImages } from './data/images.js';

export interface ReadDataOptions {
  /** Where the ending of the path does not say it. Standard input is CSV. */
  format?: DataFormat;
  /** Only these columns of a table, in this order. */
  columns?: readonly string[];
  /** How columns of CSV are read: what the file of a model says (`modelInfo.ts`), or a user. */
  reading?: CsvReading;
  /** Encoding of CSV, where it is not UTF-8: 'windows-1252'. */
  encoding?: string;
  /** The size to read images in: that of a model's input. */
  image?: Partial<ImageShape>;
}

/** A table from CSV, Parquet or Arrow. */
export interface TableData {
  kind: 'table';
  /** The path, or `<stdin>`. */
  source: string;
  format: 'csv' | 'parquet' | 'arrow';
  table: DataTable;
  /** How its columns were read. Empty for formats that have types. */
  reading: CsvReading;
  /** What is not obvious about the reading, for people. */
  notes: readonly string[];
}

/** Arrays from NPY or NPZ, by name; the one of an NPY file is called `x`. */
export interface ArraysData {
  kind: 'arrays';
  source: string;
  format: 'npy' | 'npz';
  arrays: Readonly<Record<string, NdArray<StoredArray>>>;
}

/** Images from a folder. */
export interface ImagesData extends ReadImages {
  kind: 'images';
  source: string;
  format: 'images';
}

export type ReadData = TableData | ArraysData | ImagesData;

/**
 * Reads all of a source.
 * @param source a path; `-` is standard input
 * @throws SteepestError `ERR_DATA_FILE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_DATA_LIMIT`,
 *   `ERR_MISSING_PEER`; `ERR_UNKNOWN_NAME` for `columns` that are not there
 */
export async function readData(source: string, options: ReadDataOptions = {}): Promise<ReadData> {
  const format = await formatOf(source, options.format);
  if (format === 'images') {
    return { kind: 'images', source, format, ...(await readImages(source, options.image)) };
  }
  if (format === 'npy') {
    return { kind: 'arrays', source, format, arrays: { x: await readNpy(source) } };
  }
  if (format === 'npz') return { kind: 'arrays', source, format, arrays: await readNpz(source) };
  return readTable(source, format, options);
}

async function readTable(
  source: string,
  format: TableData['format'],
  { columns, reading = {}, encoding }: ReadDataOptions,
): Promise<TableData> {
  const only = (table: DataTable): DataTable => (columns === undefined ? table : table.select(columns));
  if (format === 'csv') {
    const isStdin = source === STDIN;
    const read = await readCsv(isStdin ? await stdinBytes() : source, reading, encoding);
    const table = only(read.table);
    return { kind: 'table', source: isStdin ? '<stdin>' : source, format, ...read, table };
  }
  const table = format === 'parquet' ? await readParquet(source) : await readArrow(source);
  return { kind: 'table', source, format, table: only(table), reading: {}, notes: [] };
}

/** Types need a look at the first rows, and a stream can be read only once. */
export async function stdinBytes(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  if (bytes.length > 0) return bytes;
  throw new SteepestError('ERR_EMPTY', {
    expected: 'a CSV table on standard input',
    given: 'nothing',
    hint: 'Write: cat table.csv | npx steepest …',
  });
}
