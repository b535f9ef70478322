import { checkAborted } from '../../core/abort.js';
import { nextTurn } from '../../core/nextTurn.js';
import { typedArrayName } from '../../core/realm.js';
import { isReadable, newShared } from '../../kernels/sharedMemory.js';
import { common, type RowRange, rangesOf, windowOf } from './place.js';
import type { Ranks } from './ranks.js';

/** Memory of rows, in any type that tables have. */
export type RowArray = Float64Array | Float32Array | Uint8Array | Int32Array;
/** A constructor of one of these. */
export type RowArrayType = {
  new (memory: ArrayBufferLike): RowArray;
  from(values: ArrayLike<number>): RowArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
};

/** One table of this rank's own rows, row by row. */
export interface OwnTable {
  data: RowArray;
  cols: number;
  /** The type that all ranks use: that of `data`, or one that holds its numbers exactly. */
  type: RowArrayType;
}

/** This rank's rows of a table that is spread over ranks. */
export interface JointRows {
  ranks: Ranks;
  /** Rows of the table of all ranks. */
  total: number;
  /** Rows of each rank. */
  ranges: readonly RowRange[];
  /** This rank's own rows. The first of them is row 0 of its tables. */
  own: RowRange;
}

/** The rows that a rank reads: its own, then those that complete its last units. */
export interface RowWindow {
  joint: JointRows;
  /** Rows of the tables, at least 1. */
  rows: number;
  /** In memory that threads can read, as `tables` were given. */
  tables: RowArray[];
}

/** Bytes copied between two turns of the event loop: about 2 ms. */
const SLICE_BYTES = 8 * 2 ** 20;

const part = ({ data, cols }: OwnTable, first: number, end: number): RowArray =>
  data.subarray(first * cols, end * cols);

/** Rows of all tables, one table after the other. */
function packed(tables: readonly OwnTable[], first: number, end: number): Uint8Array {
  const parts = tables.map((table) => {
    const rows = table.type.from(part(table, first, end));
    return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  });
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of parts) {
    bytes.set(each, at);
    at += each.length;
  }
  return bytes;
}

/** Copies rows in slices. */
async function copyRows(to: RowArray, from: RowArray): Promise<void> {
  const step = SLICE_BYTES / to.BYTES_PER_ELEMENT;
  for (let begin = 0; begin < from.length; begin += step) {
    if (begin > 0) await nextTurn();
    to.set(from.subarray(begin, begin + step), begin);
  }
}

/**
 * Gives every rank the rows that complete its units. Only these move: at most one unit of each size
 * for each rank.
 * @param counts own rows of each rank
 * @param tables this rank's own rows
 * @param unitSizes rows of a unit, for each way in which kernels cut the table
 * @throws SteepestError `ERR_MEMORY` or `ERR_ABORTED`, on every rank if on one
 */
export async function exchangeRows(
  ranks: Ranks,
  counts: readonly number[],
  tables: readonly OwnTable[],
  unitSizes: readonly number[],
  signal: AbortSignal | undefined,
): Promise<RowWindow> {
  const ranges = rangesOf(counts);
  const total = ranges.at(-1)!.end;
  const windows = ranges.map((range) => windowOf(range, unitSizes, total));
  const own = ranges[ranks.rank]!;
  const window = windows[ranks.rank]!;
  const received = await ranks.internals.allToAllBytes(
    windows.map((each, peer) => {
      const shared = peer === ranks.rank ? { first: own.first, end: own.first } : common(own, each);
      return packed(tables, shared.first - own.first, shared.end - own.first);
    }),
  );
  const rows = Math.max(1, window.end - window.first);
  const isOwn = window.end === own.end && rows === own.end - own.first;
  const complete: RowArray[] = [];
  await ranks.all(async () => {
    checkAborted(signal);
    for (const [number, table] of tables.entries()) {
      const { data, cols, type } = table;
      if (isOwn && typedArrayName(data) === type.name && isReadable(data)) {
        complete.push(data);
        continue;
      }
      const all = new type(newShared(rows * cols * type.BYTES_PER_ELEMENT));
      await copyRows(all, data);
      received.forEach((bytes, peer) => {
        const { first, end } = common(ranges[peer]!, window);
        if (peer === ranks.rank || end === first) return;
        const from = tables.slice(0, number).reduce((sum, other) => sum + bytesOfRows(other, end - first), 0);
        const moved = bytes.slice(from, from + bytesOfRows(table, end - first));
        all.set(new type(moved.buffer), (first - window.first) * cols);
      });
      complete.push(all);
    }
  });
  return { joint: { ranks, total, ranges, own }, rows, tables: complete };
}

const bytesOfRows = ({ cols, type }: OwnTable, rows: number): number => rows * cols * type.BYTES_PER_ELEMENT;
