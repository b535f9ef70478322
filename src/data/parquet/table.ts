/** Reads the columns of a Parquet file; runs in the thread of parquet.ts. */

import type { FileHandle } from 'node:fs/promises';
import { nextTurn } from '../../core/nextTurn.js';
import { type ColumnarOptions, columnOfCells } from '../cells.js';
import { asDates } from '../column.js';
import { type ColumnPlan, planColumns } from '../columnar.js';
import { fileError, systemError } from '../fileErrors.js';
import { ReadBudget, type ReadLimits } from '../limits/readLimits.js';
import { Malformed } from '../malformed.js';
import { openRegular } from '../openRegular.js';
import { loadHyparquet } from '../peerModules.cjs';
import { peerError } from '../peers.js';
import type { TableRead } from '../thread/task.js';
import { type Decompress, decompressors } from './codecs.js';
import {
  type AsyncBuffer,
  type ChunkMetadata,
  checkFooter,
  chunkOf,
  groupRows,
  type Metadata,
} from './footer.js';
import { checkedPages } from './pages.js';
import { formOf, holdsDates, PARSERS, rawElement } from './types.js';

/** The parts of hyparquet that this module uses. */
interface Hyparquet {
  parquetMetadataAsync(file: AsyncBuffer): Promise<Metadata>;
  parquetRead(options: {
    file: { byteLength: number; slice(): ArrayBuffer };
    metadata: Metadata;
    columns: string[];
    parsers: Record<string, (value: never) => unknown>;
    onChunk(chunk: { columnData: ArrayLike<unknown>; rowStart: number }): void;
  }): Promise<void>;
  parquetSchema(metadata: Metadata): { children: SchemaNode[] };
  snappyUncompress(input: Uint8Array, output: Uint8Array): void;
}

interface SchemaNode {
  element: Metadata['schema'][number];
  children: SchemaNode[];
}

/** Kinds of columns that are neither numbers nor text. */
const OTHER_KINDS = ['BSON', 'INTERVAL', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY'];
/** Offset of a column's first page: hyparquet treats a page at 0 as missing. */
const FRONT_BYTES = 4;

/** @throws SteepestError as readParquet documents */
export async function readParquetColumns(
  path: string,
  options: ColumnarOptions,
  limits: ReadLimits,
  onSize: (cells: number, fileBytes: number) => void,
): Promise<TableRead> {
  const hyparquet = await hyparquetModule();
  const { file: handle, stats } = await openRegular(path);
  try {
    const file = asyncBuffer(handle, stats.size);
    await checkFooter(path, file);
    const metadata = await hyparquet.parquetMetadataAsync(file);
    const budget = new ReadBudget(path, file.byteLength, limits);
    return await new ParquetTable(path, file, hyparquet, metadata, budget).read(options, onSize);
  } catch (error) {
    throw systemError(path, 'to be a whole Parquet file', error);
  } finally {
    // Everything that was requested has been read.
    await handle.close().catch(() => undefined);
  }
}

async function hyparquetModule(): Promise<Hyparquet> {
  try {
    return (await loadHyparquet()) as Hyparquet;
  } catch (error) {
    throw peerError('hyparquet', 'readParquet', error);
  }
}

class ParquetTable {
  private readonly codecs: ReadonlyMap<string, Decompress>;

  constructor(
    private readonly path: string,
    private readonly file: AsyncBuffer,
    private readonly hyparquet: Hyparquet,
    private readonly metadata: Metadata,
    private readonly budget: ReadBudget,
  ) {
    this.codecs = decompressors(budget, hyparquet.snappyUncompress);
  }

  async read(
    options: ColumnarOptions,
    onSize: (cells: number, fileBytes: number) => void,
  ): Promise<TableRead> {
    const { path, budget, metadata } = this;
    const groups = groupRows(metadata);
    const rows = groups.reduce((sum, count) => sum + count, 0);
    const { children } = this.hyparquet.parquetSchema(metadata);
    const nodes = new Map(children.map((node) => [node.element.name, node] as const));
    const present = children.map(({ element }) => element.name);
    const plan = planColumns(path, present, rows, options);
    for (const name of plan.names) checkNode(path, nodes.get(name)!);
    budget.take(rows * plan.names.length * Float64Array.BYTES_PER_ELEMENT);
    onSize(rows * plan.names.length, this.file.byteLength);
    const table: TableRead = { rows, columns: [], take: (bytes) => budget.take(bytes) };
    for (const name of plan.names) {
      table.columns.push([name, await this.column(plan, nodes.get(name)!.element, groups)]);
    }
    return table;
  }

  private async column(
    plan: ColumnPlan,
    element: Metadata['schema'][number],
    groups: readonly number[],
  ): Promise<TableRead['columns'][number][1]> {
    const { name } = element;
    const rows = groups.reduce((sum, count) => sum + count, 0);
    const pieces: ArrayLike<unknown>[] = [];
    let found = 0;
    for (const [i, count] of groups.entries()) {
      if (count === 0) continue;
      for (const piece of await this.chunk(i, count, element)) {
        found += piece.length;
        pieces.push(piece);
      }
      this.budget.checkTime();
      await nextTurn();
    }
    if (found !== rows) {
      const hint = 'The file is damaged: download or write it again.';
      throw fileError(this.path, `column '${name}' to have ${rows} rows`, `${found}`, hint);
    }
    const form = formOf(element);
    const isText = form === undefined && element.type === 'BYTE_ARRAY';
    const column = columnOfCells(plan.source(name), pieces, rows, isText, form);
    return holdsDates(element) ? asDates(column) : column;
  }

  /** The values of a column in one group of rows. */
  private async chunk(
    group: number,
    rows: number,
    element: Metadata['schema'][number],
  ): Promise<ArrayLike<unknown>[]> {
    const { file, metadata, budget } = this;
    const { name } = element;
    const { meta, start, end } = chunkOf(metadata.row_groups[group]!, name, rows, file.byteLength);
    const unpack = this.codecs.get(meta.codec);
    if (unpack === undefined && meta.codec !== 'UNCOMPRESSED') {
      throw new Malformed(
        `pages compressed with ${meta.codec}, which this version of Node.js does not unpack`,
      );
    }
    const bytes = checkedPages(new Uint8Array(await file.slice(start, end)), {
      type: element.type ?? '',
      typeLength: element.type_length,
      isOptional: element.repetition_type !== 'REQUIRED',
      rows,
      unpack,
      take: (count) => budget.take(count),
    });
    const pieces: { rowStart: number; cells: ArrayLike<unknown> }[] = [];
    await this.hyparquet.parquetRead({
      file: { byteLength: FRONT_BYTES + bytes.length, slice: () => bytes.buffer },
      metadata: metadataOf(element, meta, rows, bytes.length),
      columns: [name],
      parsers: PARSERS,
      onChunk: ({ columnData, rowStart }) => void pieces.push({ rowStart, cells: columnData }),
    });
    // A missing value is null; undefined means an index outside the dictionary.
    for (const { cells } of pieces) {
      if (Array.isArray(cells) && cells.includes(undefined))
        throw new Malformed(`values of '${name}' that are not there`);
    }
    return pieces.sort((a, b) => a.rowStart - b.rowStart).map(({ cells }) => cells);
  }
}

/**
 * A file with one column in one group. Decimals and times are returned as the integers in the file.
 */
function metadataOf(
  element: Metadata['schema'][number],
  meta: ChunkMetadata,
  rows: number,
  bytes: number,
): Metadata {
  const { dictionary_page_offset: _, ...chunk } = meta;
  return {
    version: 2,
    num_rows: BigInt(rows),
    schema: [{ name: 'root', num_children: 1 }, rawElement(element)],
    row_groups: [
      {
        num_rows: BigInt(rows),
        columns: [
          {
            meta_data: {
              ...chunk,
              codec: 'UNCOMPRESSED',
              total_compressed_size: BigInt(bytes),
              data_page_offset: BigInt(FRONT_BYTES),
            },
          },
        ],
      },
    ],
  };
}

/** Columns that cannot become numbers or text. */
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

/** A file in the form that hyparquet takes. */
function asyncBuffer(handle: FileHandle, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw new Error(`it ends at byte ${start + filled} of ${size}`);
        filled += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
