import { type FileHandle, open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { checkObject } from '../core/check.js';
import { localPath } from '../core/localPath.js';
import { type ColumnarOptions, columnOfCells } from './cells.js';
import type { Column } from './column.js';
import { checkColumnarOptions, planColumns } from './columnar.js';
import { DataTable } from './dataTable.js';
import { fileError, systemError } from './fileErrors.js';
import { type Element, formOf, PARSERS, rawElement } from './parquetTypes.js';
import { type Loaded, loadHyparquet } from './peerModules.cjs';
import { peerError } from './peers.js';
import { checkLimits, type ReadLimits, UnpackLimit } from './unpackLimit.js';

/** What this module needs of hyparquet. */
interface Hyparquet {
  parquetMetadataAsync(file: AsyncBuffer): Promise<Metadata>;
  parquetRead(options: {
    file: AsyncBuffer;
    metadata: Metadata;
    columns: string[];
    compressors: Record<string, Decompress>;
    parsers: Record<string, (value: never) => unknown>;
    onChunk(chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number }): void;
  }): Promise<void>;
  parquetSchema(metadata: Metadata): { children: SchemaNode[] };
  snappyUncompress(input: Uint8Array, output: Uint8Array): void;
}

interface AsyncBuffer {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

interface Metadata {
  num_rows: bigint;
  schema: Element[];
}

interface SchemaNode {
  element: Element;
  children: SchemaNode[];
}

type Decompress = (input: Uint8Array, outputLength: number) => Uint8Array;

/** Kinds of columns that are neither. */
const OTHER_KINDS = ['BSON', 'INTERVAL', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY'];

/** A page unpacks to as many bytes as its header says, or it is damaged. */
const limitOf = (bytes: number): zlib.ZlibOptions => ({ maxOutputLength: Math.max(1, bytes) });

/** Codecs that Node.js has; hyparquet brings snappy. */
function decompressors(limit: UnpackLimit, { snappyUncompress }: Hyparquet): Record<string, Decompress> {
  const codecs: Record<string, Decompress> = {
    GZIP: (input, length) => zlib.gunzipSync(input, limitOf(length)),
    BROTLI: (input, length) => zlib.brotliDecompressSync(input, limitOf(length)),
    SNAPPY: (input, length) => {
      const output = new Uint8Array(length);
      snappyUncompress(input, output);
      return output;
    },
  };
  // Node.js has Zstandard from 22.15 on.
  const { zstdDecompressSync } = zlib as {
    zstdDecompressSync?: (input: Uint8Array, options: zlib.ZlibOptions) => Uint8Array;
  };
  if (zstdDecompressSync !== undefined) {
    codecs.ZSTD = (input, length) => zstdDecompressSync(input, limitOf(length));
  }
  for (const [name, unpack] of Object.entries(codecs)) {
    codecs[name] = (input, length) => {
      limit.take(length);
      return unpack(input, length);
    };
  }
  return codecs;
}

/** What {@link readParquet} may be told. */
export interface ParquetOptions extends ColumnarOptions {
  /** Compressed pages that would take more memory are refused. */
  limits?: ReadLimits;
}

/**
 * Reads a Parquet file with the package hyparquet (install it beside steepest). Numbers, booleans,
 * dates and times (milliseconds since 1970) become float64 with NaN for null; text stays text with
 * null. Uncompressed, Snappy, gzip and Brotli; Zstandard with Node.js 22.15 or later.
 * @throws SteepestError `ERR_MISSING_PEER` without hyparquet; `ERR_DATA_FILE` for a file that is
 * missing or damaged, a nested or binary column, and an integer, decimal or time that float64 does
 * not hold; `ERR_UNKNOWN_NAME`; `ERR_EMPTY`
 */
export async function readParquet(path: string | URL, options: ParquetOptions = {}): Promise<DataTable> {
  const { limits, ...columnar } = checkObject('options', options) as ParquetOptions;
  checkColumnarOptions(columnar);
  const mostBytes = checkLimits(limits);
  const file = localPath('the path of a Parquet file', path);
  const loaded = await hyparquetModule();
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw systemError(file, 'to be a file that can be read', error);
  });
  try {
    const source = await asyncBuffer(handle, loaded);
    const limit = new UnpackLimit(file, source.byteLength, mostBytes);
    return await readTable(file, source, loaded.module as Hyparquet, columnar, limit);
  } catch (error) {
    throw systemError(file, 'to be a whole Parquet file', error);
  } finally {
    await handle.close();
  }
}

async function hyparquetModule(): Promise<Loaded> {
  try {
    return await loadHyparquet();
  } catch (error) {
    throw peerError('hyparquet', 'readParquet', error);
  }
}

async function readTable(
  path: string,
  file: AsyncBuffer,
  hyparquet: Hyparquet,
  options: ColumnarOptions,
  limit: UnpackLimit,
): Promise<DataTable> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = hyparquet;
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const nodes = new Map(parquetSchema(metadata).children.map((node) => [node.element.name, node] as const));
  const plan = planColumns(path, [...nodes.keys()], rows, options);
  for (const name of plan.names) checkNode(path, nodes.get(name)!);
  const pieces = new Map<string, { rowStart: number; cells: ArrayLike<unknown> }[]>(
    plan.names.map((name) => [name, []]),
  );
  await parquetRead({
    file,
    // Decimals and times come as the whole numbers that they are in the file.
    metadata: { ...metadata, schema: metadata.schema.map(rawElement) },
    columns: [...plan.names],
    compressors: decompressors(limit, hyparquet),
    parsers: PARSERS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      pieces.get(columnName)?.push({ rowStart, cells: columnData });
    },
  });
  return new DataTable(
    plan.names.map((name): [string, Column] => {
      // Row groups arrive in any order.
      const parts = pieces.get(name)!.sort((a, b) => a.rowStart - b.rowStart);
      const found = parts.reduce((sum, { cells }) => sum + cells.length, 0);
      if (found !== rows) {
        throw fileError(path, `column '${name}' to have ${rows} rows`, `${found}`, 'The file is damaged.');
      }
      const { element } = nodes.get(name)!;
      const form = formOf(element);
      const isText = form === undefined && element.type === 'BYTE_ARRAY';
      const cells = parts.map((part) => part.cells);
      return [name, columnOfCells(plan.source(name), cells, rows, isText, form)];
    }),
  );
}

/** Columns that cannot be numbers or text. */
function checkNode(path: string, { element, children }: SchemaNode): void {
  const { name, converted_type: converted, logical_type: logical } = element;
  const kind = converted ?? logical?.type;
  const hint = `Leave it out: pass columns without '${name}'.`;
  if (children.length > 0 || element.repetition_type === 'REPEATED') {
    throw fileError(path, `column '${name}' to hold one value per row`, 'a list or a struct', hint);
  }
  if (kind !== undefined && OTHER_KINDS.includes(kind)) {
    throw fileError(path, `column '${name}' to hold numbers, booleans, dates or text`, kind, hint);
  }
}

/**
 * A file as hyparquet takes it: it asks whether slices are
 * `instanceof Promise`, so they are promises of its realm.
 */
async function asyncBuffer(handle: FileHandle, { Promise: RealmPromise }: Loaded): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new Error(`it ends at byte ${start + filled} of ${size}`);
      filled += bytesRead;
    }
    return bytes.buffer;
  };
  return {
    byteLength: size,
    slice: (start, end = size) =>
      new RealmPromise((resolve, reject) => {
        read(start, end).then(resolve, reject);
      }),
  };
}
