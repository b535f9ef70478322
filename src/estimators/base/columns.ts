import { checkAborted } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { eachRange, type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray, NumericArray, StoredArray } from '../../core/ndarray.js';
import { nextTurn } from '../../core/nextTurn.js';
import {
  checkNotEmpty,
  reading,
  refuseCell,
  refuseNotFinite,
  refuseRagged,
  refuseRow,
} from '../../core/refuse.js';
import { checkLength, typedNumbers } from '../../core/rows.js';
import { messageOf, show } from '../../core/show.js';
import { type Column, type ColumnInput, toColumn } from '../../data/column.js';
import { DataTable } from '../../data/dataTable.js';
import type { Frame } from '../../data/tables/frame.js';
import { frameOf } from '../../data/tables/frameOf.js';
import { checkColumnCount, type FittedColumns, matchedNames } from '../../data/tables/match.js';
import { type ColumnKind, kindOfArray, kindOfColumn, kindsOfRows, rememberedKinds } from './columnKinds.js';
import { type FeatureInput, readFeatures } from './features.js';

/**
 * One value of a table: a number, or text; null and undefined are missing values.
 * @example
 * ```ts
 * import { type Cell, OneHotEncoder } from 'steepest';
 * const rows: Cell[][] = [['red'], ['green'], [null]];
 * console.log((await new OneHotEncoder().fitTransform(rows)).shape); // [ 3, 3 ]
 * ```
 */
export type Cell = number | string | boolean | null | undefined;
/** Tables that transformers accept: numbers, or numbers and text. */
export type TableInput = FeatureInput | readonly (readonly Cell[] | NumericArray)[];
/** What transformers return: numbers, or a table if text or names remain. */
export type TableOutput = Matrix<Float64Array> | DataTable;

/** A table in column form. */
export interface TableColumns {
  rows: number;
  cols: number;
  /** Names given by the user. */
  names: readonly string[] | undefined;
  /** Column j, a Float64Array or strings and nulls. Never modified. */
  column(j: number): Column;
  /** False for plain numbers; results are then plain numbers too. */
  isTable: boolean;
  /** The type of each column before conversion to float64; computed on demand. */
  kinds(): readonly ColumnKind[];
}

/** The name of column j if none is given, as in scikit-learn. */
export const columnName = (names: readonly string[] | undefined, j: number): string => names?.[j] ?? `x${j}`;

/** Column j as errors show it: its name, or its number. */
export const showColumn = (names: readonly string[] | undefined, j: number): string =>
  names === undefined ? String(j) : show(names[j]);

/** True for nested lists that contain anything but numbers, possibly in one column only. */
function isCells(what: string, x: unknown): x is readonly ArrayLike<unknown>[] {
  if (!Array.isArray(x)) return false;
  checkLength(what, x);
  for (let i = 0; i < x.length; i++) {
    const row: unknown = x[i];
    if (!Array.isArray(row)) continue;
    checkLength(what, row);
    for (let j = 0; j < row.length; j++) if (typeof row[j] !== 'number') return true;
  }
  return false;
}

/**
 * Converts a table of any kind to columns. Numbers and text are kept; finiteness is not checked.
 * @param fitted the columns of the fit: x then has to have them. If both have names, columns are
 *   matched by name, in any order, and extra ones are ignored; otherwise they go by position
 * @param needed the columns that will be read, by number; by default all of the fit
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT` for text among
 *   numbers in one column
 */
export function readTable(
  what: string,
  x: TableInput,
  fitted?: FittedColumns,
  needed?: readonly number[],
): TableColumns {
  const frame = frameOf(what, x);
  if (frame !== undefined) return fromFrame(what, x, frame, fitted, needed);
  const cells = reading(what, () => (isCells(what, x) ? tableOfCells(what, x) : undefined));
  if (cells !== undefined) return fromCells(what, x as never, cells, fitted);
  const { data, rows, cols, names } = readFeatures(what, x as FeatureInput, fitted);
  const column = (j: number): Column => {
    const values = new Float64Array(rows);
    for (let i = 0, at = j; i < rows; i++, at += cols) values[i] = data[at]!;
    return values;
  };
  const kinds = (): readonly ColumnKind[] => {
    if (Array.isArray(x)) return kindsOfRows(x, cols);
    return rememberedKinds(x) ?? Array(cols).fill(kindOfArray((x as NdArray).data));
  };
  return { rows, cols, names, column, isTable: false, kinds };
}

function fromFrame(
  what: string,
  x: TableInput,
  frame: Frame,
  fitted: FittedColumns | undefined,
  needed: readonly number[] | undefined,
): TableColumns {
  return reading(what, () => {
    const given = fitted === undefined ? frame.names : matchedNames(what, frame, fitted, needed);
    const cols = given.length;
    checkNotEmpty(what, frame.rows, cols);
    const column = (j: number): Column => reading(what, () => frame.column(given[j]!));
    const kinds = (): readonly ColumnKind[] =>
      // Columns that are not needed may be missing.
      rememberedKinds(x) ?? given.map((name, j) => kindOfColumn(frame.has(name) ? column(j) : []));
    return { rows: frame.rows, cols, names: given, column, isTable: true, kinds };
  });
}

/** Rows with text: a table whose columns have no names of the user's. */
function fromCells(
  what: string,
  x: readonly (readonly unknown[])[],
  table: DataTable,
  fitted: FittedColumns | undefined,
): TableColumns {
  const { rows, columnNames } = table;
  const cols = columnNames.length;
  checkNotEmpty(what, rows, cols);
  if (fitted !== undefined) checkColumnCount(what, cols, fitted);
  const column = (j: number): Column => table.column(columnNames[j]!);
  return { rows, cols, names: undefined, column, isTable: true, kinds: () => kindsOfRows(x, cols) };
}

function tableOfCells(what: string, x: readonly ArrayLike<unknown>[]): DataTable {
  const isRow = (row: unknown): row is ArrayLike<unknown> =>
    Array.isArray(row) || typedNumbers(what, row) !== undefined;
  const [first] = x;
  if (!isRow(first)) refuseRow(what, first, 0, true);
  const cols = first.length;
  for (let i = 0; i < x.length; i++) {
    const row = x[i];
    if (!isRow(row)) refuseRow(what, row, i, false);
    if (row.length !== cols) refuseRagged(what, cols, 0, i, row.length);
    for (let j = 0; j < cols; j++) checkCell(what, row[j], i, j);
  }
  const columns = Array.from({ length: cols }, (_, j): readonly [string, ColumnInput] => [
    columnName(undefined, j),
    toColumn(
      columnName(undefined, j),
      x.map((row) => row[j] as Cell),
    ),
  ]);
  return new DataTable(columns);
}

/** Values that no column may contain: dates, lists, objects. */
function checkCell(what: string, value: unknown, row: number, column: number): void {
  const isNothing = value === null || value === undefined;
  if (isNothing || ['number', 'string', 'boolean', 'bigint'].includes(typeof value)) return;
  refuseCell(what, value, `at row ${row}, column ${column}`);
}

/** A table of columns with the user's names, or x0, x1, …. */
export function toDataTable(columns: readonly Column[], names: readonly string[] | undefined): DataTable {
  return new DataTable(columns.map((column, j) => [columnName(names, j), column] as const));
}

/** @throws SteepestError `ERR_NOT_FINITE` for an infinity; NaN is a missing value */
export function checkNoInfinity(
  what: string,
  data: ArrayLike<number>,
  cols: number,
  names: readonly string[] | undefined,
): void {
  if (indexOfNotFinite(data) < 0) return;
  for (let i = 0; i < data.length; i++) {
    if (Math.abs(data[i]!) === Number.POSITIVE_INFINITY) {
      refuseNotFinite(what, data[i], Math.floor(i / cols), names?.[i % cols] ?? i % cols);
    }
  }
}

/** Allocates a result, whose columns may have names. @throws SteepestError `ERR_MEMORY` */
export function allocate(rows: number, cols: number, columnNames?: readonly string[]): Matrix<Float64Array> {
  return room('float64', rows, cols, columnNames, (length) => new Float64Array(length));
}

/** The same for integers. @throws SteepestError `ERR_MEMORY` */
export function allocateInt32(rows: number, cols: number): Matrix<Int32Array> {
  return room('int32', rows, cols, undefined, (length) => new Int32Array(length));
}

function room<T extends StoredArray>(
  type: string,
  rows: number,
  cols: number,
  columnNames: readonly string[] | undefined,
  make: (length: number) => T,
): Matrix<T> {
  try {
    return new Matrix(make(rows * cols), [rows, cols], columnNames);
  } catch (error) {
    throw new SteepestError(
      'ERR_MEMORY',
      {
        expected: `room for ${rows} × ${cols} ${type} numbers`,
        given: messageOf(error),
        hint: 'Transform fewer rows at a time, or make fewer columns.',
      },
      { cause: error },
    );
  }
}

/** Numbers processed between two turns of the event loop: a few milliseconds. */
const SLICE_ELEMENTS = 2 ** 20;

/**
 * Iterates over rows in slices; timers and sockets run between them.
 * @throws SteepestError `ERR_ABORTED` before a slice if the signal is aborted
 */
export async function forSlices(
  rows: number,
  cols: number,
  work: (begin: number, end: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const step = Math.max(1, Math.floor(SLICE_ELEMENTS / cols));
  for (let begin = 0; begin < rows; begin += step) {
    if (begin > 0) await nextTurn();
    checkAborted(signal);
    work(begin, Math.min(rows, begin + step));
  }
}

/** The same for callers that must not wait. */
export const rowParts = (
  rows: number,
  cols: number,
  work: (begin: number, end: number) => void,
): InParts<void> => eachRange(rows, work, Math.max(1, Math.floor(NUMBERS_PER_PART / cols)));

/**
 * To be called before processing column j, if columns are long: a place for the event loop to run.
 */
export function* columnPart(j: number, rows: number): InParts<void> {
  if (j > 0 && rows * COLUMN_COST > SLICE_ELEMENTS) yield;
}

/**
 * To be called before processing column j: yields to the event loop if columns are long.
 * @throws SteepestError `ERR_ABORTED`
 */
export async function nextColumn(j: number, rows: number, signal?: AbortSignal): Promise<void> {
  if (j > 0 && rows * COLUMN_COST > SLICE_ELEMENTS) await nextTurn();
  checkAborted(signal);
}

/** Cost of sorting or counting a column, relative to reading it. */
const COLUMN_COST = 32;

/** Converts columns to one table of numbers. @throws SteepestError `ERR_MEMORY` */
export function* besideEachOther(
  columns: readonly Float64Array[],
  names?: readonly string[],
): InParts<Matrix<Float64Array>> {
  const cols = columns.length;
  const result = allocate(columns[0]!.length, cols, names);
  const { data } = result;
  yield* rowParts(columns[0]!.length, cols, (begin, end) => {
    columns.forEach((column, j) => {
      for (let i = begin, at = begin * cols + j; i < end; i++, at += cols) data[at] = column[i]!;
    });
  });
  return result;
}
