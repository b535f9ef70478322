/** Reads the metadata at the end of a Parquet file and checks its consistency. */

import { fileError } from '../fileErrors.js';
import { Malformed } from '../malformed.js';
import { CompactReader } from './thrift.js';
import type { Element } from './types.js';

/** A file in the form that hyparquet takes. */
export interface AsyncBuffer {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** The footer in hyparquet's form. */
export interface Metadata {
  version?: number;
  num_rows: bigint;
  schema: (Element & { num_children?: number; type_length?: number })[];
  row_groups: RowGroup[];
}

export interface RowGroup {
  num_rows: bigint;
  columns: { file_path?: string; meta_data?: ChunkMetadata }[];
}

/** A column of a group. */
export interface ChunkMetadata {
  type: string;
  codec: string;
  path_in_schema: string[];
  num_values: bigint;
  total_compressed_size: bigint;
  data_page_offset: bigint;
  dictionary_page_offset?: bigint;
}

/** The length of the metadata and "PAR1". */
const TAIL_BYTES = 8;
const MAGIC = 'PAR1';
/** Maximum nesting: a schema of tables has three levels, one of documents ten. */
const MOST_NESTED = 64;

/**
 * Checks every count in the metadata before hyparquet reads it.
 * @throws SteepestError `ERR_DATA_FILE`
 */
export async function checkFooter(path: string, file: AsyncBuffer): Promise<void> {
  const whole = 'to be a whole Parquet file';
  const hint = 'Check that the file exists, is readable and complete.';
  const size = file.byteLength;
  const tail = Buffer.from(await file.slice(Math.max(0, size - TAIL_BYTES)));
  const mark = tail.toString('latin1', Math.max(0, tail.length - MAGIC.length));
  if (size < TAIL_BYTES + MAGIC.length || mark !== MAGIC) {
    throw fileError(path, whole, `${size} bytes that do not end with ${MAGIC}`, hint);
  }
  const length = tail.readUInt32LE(0);
  if (length > size - TAIL_BYTES) {
    throw fileError(path, whole, `${length} bytes of metadata in a file of ${size}`, hint);
  }
  const bytes = new Uint8Array(await file.slice(size - TAIL_BYTES - length, size - TAIL_BYTES));
  new CompactReader(bytes).struct();
}

/** Integers that are sizes or counts. */
function numberOf(value: unknown, what: string): number {
  const number = Number(value as bigint);
  if (typeof value !== 'bigint' || !Number.isSafeInteger(number) || number < 0) {
    throw new Malformed(`${String(value)} as ${what}`);
  }
  return number;
}

/**
 * The rows of each group; their sum must match the file's.
 * @throws Malformed also for an inconsistent schema
 */
export function groupRows({ num_rows, row_groups, schema }: Metadata): number[] {
  checkSchema(schema);
  const rows = row_groups.map((group) => numberOf(group.num_rows, 'the rows of a group'));
  const sum = rows.reduce((total, count) => total + count, 0);
  if (sum !== numberOf(num_rows, 'the number of rows')) {
    throw new Malformed(`${num_rows} rows, and ${sum} in its groups`);
  }
  return rows;
}

/** The schema is a tree: each part is followed by its declared number of children. */
function checkSchema(schema: Metadata['schema']): void {
  const open: number[] = [];
  for (const [i, { num_children: children = 0 }] of schema.entries()) {
    while (open.at(-1) === 0) open.pop();
    if (i > 0 && open.length === 0) throw new Malformed(`${schema.length} parts of a schema of ${i}`);
    if (i > 0) open[open.length - 1]!--;
    if (!(children >= 0)) throw new Malformed(`${children} parts of a column`);
    open.push(children);
    if (open.length > MOST_NESTED) throw new Malformed(`a schema nested more than ${MOST_NESTED} deep`);
  }
  if (schema.length === 0 || open.some((count) => count > 0)) throw new Malformed('a schema without its end');
}

/**
 * The position of a group's column. @throws Malformed for one that is missing, repeated or has
 * another size
 */
export function chunkOf(
  group: RowGroup,
  name: string,
  rows: number,
  fileBytes: number,
): { meta: ChunkMetadata; start: number; end: number } {
  const found = group.columns.filter(({ meta_data: meta }) => {
    return meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === name;
  });
  const [chunk] = found;
  if (chunk === undefined || found.length > 1)
    throw new Malformed(`column '${name}' ${found.length} times in a group`);
  if (chunk.file_path) throw new Malformed(`column '${name}' in another file`);
  const meta = chunk.meta_data!;
  const values = numberOf(meta.num_values, 'the values of a column');
  if (values !== rows) throw new Malformed(`${values} values of column '${name}' for ${rows} rows`);
  const start = numberOf(meta.dictionary_page_offset || meta.data_page_offset, 'the place of a column');
  const end = start + numberOf(meta.total_compressed_size, 'the size of a column');
  if (end > fileBytes) throw new Malformed(`column '${name}' up to byte ${end} of ${fileBytes}`);
  return { meta, start, end };
}
