/** Messages to and from a thread that reads files. */
import type { ColumnarOptions } from '../cells.js';
import type { Column, NumericColumn } from '../column.js';
import type { ReadLimits } from '../limits/readLimits.js';
import type { PackedError } from './packedError.js';

/** A table, before it is a `DataTable`. */
export interface TableRead {
  rows: number;
  columns: [name: string, column: Column][];
  /** Counts what else is created from the file. */
  take(bytes: number): void;
}

/** One file to read. */
export interface ReadTask {
  kind: 'parquet' | 'arrow';
  path: string;
  options: ColumnarOptions;
  limits: ReadLimits;
}

/** Reads a table, on this or another thread. */
export type TableReader = (
  path: string,
  options: ColumnarOptions,
  limits: ReadLimits,
  /** Called once, as soon as the file's own counts are known. */
  onSize: (cells: number, fileBytes: number) => void,
) => Promise<TableRead>;

export type ToThread =
  | { type: 'read'; task: ReadTask }
  /** Requests the next texts, after the previous ones have arrived. */
  | { type: 'texts' };

export type FromThread =
  /** The thread has loaded its code. */
  | { type: 'ready'; cpuCounter: string | undefined }
  | { type: 'size'; cells: number; fileBytes: number }
  /** All numeric columns; text columns are undefined, and sent in pieces. */
  | {
      type: 'table';
      rows: number;
      columns: [name: string, numbers: NumericColumn | undefined][];
      /** Places of columns of dates. */
      dates: number[];
    }
  | ({ type: 'texts' } & TextPiece)
  | { type: 'error'; error: PackedError };

/** Some rows of a text column. */
export interface TextPiece {
  column: number;
  /** Codes start at 0 again. */
  isFresh: boolean;
  /** New texts; each gets the next code. */
  texts: string[];
  /** −1 for a missing value. */
  codes: Int32Array<ArrayBuffer>;
  /** Last message. */
  isLast: boolean;
}
