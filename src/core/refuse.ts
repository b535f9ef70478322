import { SteepestError } from './errors.js';
import type { InParts } from './inParts.js';
import type { NdArray } from './ndarray.js';
import {
  isBigIntArray,
  isBuffer,
  isDataView,
  isDate,
  isList,
  isPlainObject,
  isPromise,
  typedArrayName,
} from './realm.js';
import { messageOf, show } from './show.js';

/**
 * Errors about arrays that cannot be read. Each shows the value, its position, and what to do about
 * that kind of value.
 */

/** Text that `Number()` can parse. */
const isNumeral = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

/**
 * Names of targets, the only tables that hold classes, and of weights: no transformer takes these.
 */
const TARGETS = /^(?:validation )?y/;
const WEIGHTS = /^(?:validation )?sampleWeight/;
const isSamples = (what: string): boolean => !TARGETS.test(what) && !WEIGHTS.test(what);

/** The hint for a value of `what` that is not a number. */
function cellHint(what: string, value: unknown): string {
  if (typeof value === 'string') {
    if (isNumeral(value)) return 'Convert text to numbers first: Number(value).';
    if (WEIGHTS.test(what)) return 'Pass numbers.';
    return TARGETS.test(what)
      ? 'Number the classes from 0, with LabelEncoder for instance, or use a classifier.'
      : 'Encode text as numbers first, for example with OneHotEncoder.';
  }
  if (value === null || value === undefined) {
    return isSamples(what)
      ? 'Write NaN for missing values and fill them with SimpleImputer, or leave such rows out.'
      : 'Leave such rows out.';
  }
  if (typeof value === 'boolean') return 'Write 1 and 0: Number(value).';
  if (typeof value === 'bigint') return 'Convert it: Number(value).';
  if (isDate(value))
    return 'Write a number, such as value.getTime(), or year, month and day in columns of their own.';
  if (isPromise(value)) return 'Put await before it.';
  if (isList(value) || typedArrayName(value) !== undefined) {
    return 'It is nested one level too deep: give each row only its numbers.';
  }
  if (isPlainObject(value)) return 'Pass one of its fields, a number.';
  return 'Pass numbers.';
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for a value that is not a number.
 * @param place its position: `at row 3, column 1`
 */
export function refuseCell(what: string, value: unknown, place: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `numbers in ${what}`,
    given: `${show(value)} ${place}`,
    hint: cellHint(what, value),
  });
}

/**
 * @throws SteepestError `ERR_NOT_FINITE` for NaN, an infinity, or a number beyond those of float32.
 * @param column its number or name; left out for a list of numbers
 */
export function refuseNotFinite(what: string, value: unknown, row: number, column?: number | string): never {
  let hint = 'Leave such rows out.';
  if (Number.isFinite(value)) hint = 'Scale such columns: float32 holds numbers up to 3.4e38.';
  else if (isSamples(what)) hint = 'Fill missing values with SimpleImputer, or leave such rows out.';
  throw new SteepestError('ERR_NOT_FINITE', {
    expected: `finite numbers in ${what}`,
    given: `${show(value)} at row ${row}${column === undefined ? '' : `, column ${show(column)}`}`,
    hint,
  });
}

/** @throws SteepestError `ERR_EMPTY` unless there is a number */
export function checkNotEmpty(what: string, rows: number, cols = 1): void {
  if (rows > 0 && cols > 0) return;
  throw new SteepestError('ERR_EMPTY', {
    expected: `${what} with at least one row and one column`,
    given: rows > 0 ? 'rows without columns' : 'no rows',
    hint: 'Pass some data.',
  });
}

/**
 * @param of what `what` belongs to, which has `expected` rows
 * @param place where in a stream both are
 * @throws SteepestError `ERR_SHAPE` unless there are as many rows
 */
export function checkRowCount(what: string, rows: number, of: string, expected: number, place = ''): void {
  if (rows === expected) return;
  let hint = 'Pass arrays that belong together.';
  if (/^(?:validation )?y\b/.test(what)) hint = 'Pass one target per sample.';
  else if (WEIGHTS.test(what)) hint = 'Pass one weight per sample.';
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with ${countOf(expected, 'row')}, as many as ${of}${place}`,
    given: `${rows}`,
    hint,
  });
}

/** `1 row`, `2 rows`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The hint for a value that is not a table of numbers. */
function tableHint(value: unknown, otherwise: string): string {
  if (isPromise(value)) return 'Put await before it.';
  if (typeof value === 'function') return 'Call it and pass what it returns.';
  if (isDataView(value) || isBuffer(value))
    return 'Make a typed array of it, such as new Float32Array(buffer).';
  if (typeof value !== 'object' || value === null) return otherwise;
  if (isNamedTable(value)) return 'Pass table.toMatrix(), or one column with table.numbers(name).';
  if ('data' in value !== 'shape' in value) return 'Pass both: { data, shape: [rows, columns] }.';
  if ('x' in value && 'y' in value) return 'Pass x and y as separate arguments.';
  if (Symbol.iterator in value) return 'Make a list of it: Array.from(value).';
  return otherwise;
}

/**
 * A table with named columns, such as a `DataTable`, that can turn into a matrix.
 * @example
 * ```ts
 * import { data, type NamedColumns, Ridge } from 'steepest';
 * const table: NamedColumns = {
 *   columnNames: ['area', 'rooms'],
 *   toMatrix: () => ({ data: Float64Array.of(50, 2, 80, 3), shape: [2, 2] }),
 * };
 * const model = await new Ridge().fit(table, [1, 2]);
 * console.log(model.featureNamesIn); // [ 'area', 'rooms' ]
 * ```
 */
export interface NamedColumns {
  readonly columnNames: readonly string[];
  /** All columns as numbers, row by row. */
  toMatrix(): NdArray<Float64Array>;
}

export const isNamedTable = (value: unknown): value is NamedColumns =>
  typeof value === 'object' &&
  value !== null &&
  'columnNames' in value &&
  typeof (value as { toMatrix?: unknown }).toMatrix === 'function';

/**
 * @param words what the caller accepts: `an array of rows, or { data, shape }`
 * @throws SteepestError `ERR_SHAPE`
 */
export function refuseTable(what: string, value: unknown, words: string, otherwise: string): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to be ${words}`,
    given: show(value),
    hint: tableHint(value, otherwise),
  });
}

/**
 * Refuses a value in the place of a row. @throws SteepestError `ERR_SHAPE`; `ERR_RAGGED` for rows
 * after the first
 * @param rows what the first row is one of
 */
export function refuseRow(
  what: string,
  value: unknown,
  row: number,
  isFirst: boolean,
  rows: 'rows' | 'objects' = 'rows',
): never {
  let hint = isFirst
    ? 'Write [[1], [2]] for one column, [[1, 2]] for one row.'
    : 'Give every row the same length.';
  if (rows === 'objects') hint = 'Give every row as an object with the same keys.';
  if (isPromise(value)) hint = 'Put await before it.';
  else if (value === null || value === undefined) hint = 'Leave such rows out.';
  else if (typeof value === 'object' && typedArrayName(value) === undefined && rows === 'rows') {
    hint = 'Convert objects, one per row, to a table: data.DataTable.fromRows(rows).toMatrix().';
  } else if (isBigIntArray(value)) hint = 'Convert it: Float64Array.from(row, Number).';
  throw new SteepestError(isFirst ? 'ERR_SHAPE' : 'ERR_RAGGED', {
    expected: `${what} to be an array of ${rows}`,
    given: `${show(value)} at row ${row}`,
    hint,
  });
}

/** @throws SteepestError `ERR_SHAPE` */
export function refuseBigInts(what: string, value: unknown): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to be a typed array of numbers`,
    given: show(value),
    hint: `Convert it: Float64Array.from(${/^[\w.]+$/.test(what) ? what : 'values'}, Number).`,
  });
}

/** @throws SteepestError `ERR_SHAPE` for an array whose memory has gone to another thread */
export function refuseDetached(what: string, value: unknown): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to be a typed array of numbers`,
    given: `a detached ${typedArrayName(value)}`,
    hint: 'Its memory was transferred: pass what received it, or transfer a copy.',
  });
}

/** @throws SteepestError `ERR_RAGGED` */
export function refuseRagged(what: string, cols: number, first: number, row: number, given: number): never {
  throw new SteepestError('ERR_RAGGED', {
    expected: `every row of ${what} to have ${countOf(cols, 'column')}, as row ${first} does`,
    given: `row ${row} with ${given}`,
    hint: 'Give every row the same length.',
  });
}

/**
 * Runs `read` on a value that the user passed. Converts exceptions of a proxy or a getter, and
 * failed allocations, into a SteepestError.
 * @throws SteepestError also `ERR_ARGUMENT`, `ERR_MEMORY`
 */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(what, error);
  }
}

/** The same for work in parts. */
export function* readingInParts<T>(what: string, read: InParts<T>): InParts<T> {
  try {
    return yield* read;
  } catch (error) {
    throw unreadable(what, error);
  }
}

function unreadable(what: string, error: unknown): SteepestError {
  if (error instanceof SteepestError) return error;
  const isMemory = error instanceof RangeError;
  return new SteepestError(
    isMemory ? 'ERR_MEMORY' : 'ERR_ARGUMENT',
    {
      expected: isMemory ? `room for a copy of ${what}` : `${what} to be something that can be read`,
      given: show(messageOf(error)),
      hint: isMemory ? 'Pass fewer rows at a time.' : 'Pass plain arrays: a getter or a proxy in it throws.',
    },
    { cause: error },
  );
}
