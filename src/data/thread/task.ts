/** What a thread that reads is told, and what it answers. */
import type { ColumnarOptions } from '../cells.js';
import type { Column, NumericColumn } from '../column.js';
import type { ReadLimits } from '../limits/readLimits.js';
import type { PackedError } from './packedError.js';

/** A table, before it is a `DataTable`. */
export interface TableRead {
  rows: number;
  columns: [name: string, column: Column][];
  /** Counts what else is made of the file. */
  take(bytes: number): void;
}

/** One file to read. */
export interface ReadTask {
  kind: 'parquet' | 'arrow';
  path: string;
  options: ColumnarOptions;
  limits: ReadLimits;
}

/** Reads a table, here or in a thread. */
export type TableReader = (
  path: string,
  options: ColumnarOptions,
  limits: ReadLimits,
  /** Told once, as soon as the file's own counts are known. */
  onSize: (cells: number, fileBytes: number) => void,
) => Promise<TableRead>;

export type ToThread =
  | { type: 'read'; task: ReadTask }
  /** The next texts, after those before have arrived. */
  | { type: 'texts' };

export type FromThread =
  /** The thread has loaded its code. */
  | { type: 'ready'; cpuCounter: string | undefined }
  | { type: 'size'; cells: number; fileBytes: number }
  /** All numbers; columns of text are undefined, and come in pieces. */
  | { type: 'table'; rows: number; columns: [name: string, numbers: NumericColumn | undefined][] }
  | ({ type: 'texts' } & TextPiece)
  | { type: 'error'; error: PackedError };

/** Some rows of a column of text. */
export interface TextPiece {
  column: number;
  /** Codes begin at 0 again. */
  isFresh: boolean;
  /** Those that are not known yet; each has the next code. */
  texts: string[];
  /** −1 for a missing value. */
  codes: Int32Array<ArrayBuffer>;
  /** Nothing comes after it. */
  isLast: boolean;
}
