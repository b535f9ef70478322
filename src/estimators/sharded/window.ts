import { checkAborted } from '../../core/abort.js';
import { nextTurn } from '../../core/nextTurn.js';
import { typedArrayName } from '../../core/realm.js';
import { isReadable, newShared } from '../../kernels/sharedMemory.js';
import { common, type RowRange, rangesOf, unitsOf, windowOf } from './place.js';
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

/** The rows that a rank reads, of which most stay where they are. */
export interface SplitWindow {
  joint: JointRows;
  /** Rows of the tables: this rank's own, at least 1. */
  rows: number;
  /** In memory that threads can read, as they were given. */
  tables: RowArray[];
  /** The units that end in rows of later ranks, whole. */
  tail: RowTail | undefined;
}

export interface RowTail {
  /** Which of this rank's own rows is the first here too. */
  first: number;
  rows: number;
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

/** What to exchange: the rows of a rank, and how kernels cut the table of all. */
export interface RowRequest {
  ranks: Ranks;
  /** Own rows of each rank. */
  counts: readonly number[];
  /** This rank's own rows. */
  tables: readonly OwnTable[];
  /** Rows of a unit, for each way in which kernels cut the table. */
  unitSizes: readonly number[];
  signal: AbortSignal | undefined;
}

/** What has come from other ranks. */
interface Moved {
  joint: JointRows;
  /** This rank's own rows and those that have come. */
  window: RowRange;
  /** From each rank, its rows of all tables in the window. */
  received: readonly Uint8Array[];
}

/**
 * Gives every rank the rows that complete its units. Only these move: at most one unit of each size
 * for each rank.
 */
async function moveRows({ ranks, counts, tables, unitSizes }: RowRequest): Promise<Moved> {
  const ranges = rangesOf(counts);
  const total = ranges.at(-1)!.end;
  const windows = ranges.map((range) => windowOf(range, unitSizes, total));
  const own = ranges[ranks.rank]!;
  const received = await ranks.internals.allToAllBytes(
    windows.map((each, peer) => {
      const shared = peer === ranks.rank ? { first: own.first, end: own.first } : common(own, each);
      return packed(tables, shared.first - own.first, shared.end - own.first);
    }),
  );
  return { joint: { ranks, total, ranges, own }, window: windows[ranks.rank]!, received };
}

/** Writes the rows of other ranks to a table that begins with row `first` of all. */
function placeReceived(
  to: RowArray,
  first: number,
  tables: readonly OwnTable[],
  number: number,
  { joint, window, received }: Moved,
): void {
  const { cols, type } = tables[number]!;
  received.forEach((bytes, peer) => {
    const rows = common(joint.ranges[peer]!, window);
    const count = rows.end - rows.first;
    if (peer === joint.ranks.rank || count === 0) return;
    const from = tables.slice(0, number).reduce((sum, other) => sum + bytesOfRows(other, count), 0);
    const moved = bytes.slice(from, from + bytesOfRows(tables[number]!, count));
    to.set(new type(moved.buffer), (rows.first - first) * cols);
  });
}

const newRows = ({ cols, type }: OwnTable, rows: number): RowArray =>
  new type(newShared(rows * cols * type.BYTES_PER_ELEMENT));

/** Whether threads can read a table's own rows where they are. */
const isInPlace = ({ data, type }: OwnTable): boolean =>
  data.length > 0 && typedArrayName(data) === type.name && isReadable(data);

/**
 * A rank's own rows, in place if threads can read them there, and a small table of the units that
 * other ranks' rows complete.
 * @throws SteepestError `ERR_MEMORY` or `ERR_ABORTED`, on every rank if on one
 */
export async function exchangeTail(request: RowRequest): Promise<SplitWindow> {
  const { ranks, tables, unitSizes, signal } = request;
  const moved = await moveRows(request);
  const { joint, window } = moved;
  const { own } = joint;
  const rows = Math.max(1, own.end - own.first);
  const complete: RowArray[] = [];
  let tail: RowTail | undefined;
  await ranks.all(async () => {
    checkAborted(signal);
    for (const table of tables) {
      const all = isInPlace(table) ? table.data : newRows(table, rows);
      if (all !== table.data) await copyRows(all, table.data);
      complete.push(all);
    }
    if (window.end > own.end) tail = tailOf(tables, firstOfTail(own, unitSizes), moved);
  });
  return { joint, rows, tables: complete, tail };
}

/** The first row of the units that end after a rank's own rows. */
function firstOfTail(own: RowRange, unitSizes: readonly number[]): number {
  const firsts = unitSizes.map((unitRows) => {
    const units = unitsOf(own, unitRows);
    const isCut = units.end > units.first && units.end * unitRows > own.end;
    return isCut ? (units.end - 1) * unitRows : own.end;
  });
  return Math.min(...firsts);
}

function tailOf(tables: readonly OwnTable[], from: number, moved: Moved): RowTail {
  const { joint, window } = moved;
  const first = from - joint.own.first;
  const rows = window.end - from;
  const ofTail = tables.map((table, number) => {
    const all = newRows(table, rows);
    all.set(part(table, first, joint.own.end - joint.own.first));
    placeReceived(all, from, tables, number, moved);
    return all;
  });
  return { first, rows, tables: ofTail };
}

const bytesOfRows = ({ cols, type }: OwnTable, rows: number): number => rows * cols * type.BYTES_PER_ELEMENT;
