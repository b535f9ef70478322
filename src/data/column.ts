import { SteepestError } from '../core/errors.js';
import { eachRange, type InParts } from '../core/inParts.js';
import { isBigIntArray, isDataView, isDate, isTypedArray } from '../core/realm.js';
import { show } from '../core/show.js';

/** Numbers of one column; NaN for a missing value. */
export type NumericColumn = Float64Array<ArrayBufferLike>;
/** Text of one column; null for a missing value. */
export type TextColumn = readonly (string | null)[];
/** One column of a `DataTable`. */
export type Column = NumericColumn | TextColumn;
/**
 * Accepted values of a column: numbers, strings or Dates; null, undefined and NaN are missing
 * values.
 */
export type ColumnInput = ArrayLike<number | bigint | boolean | null | undefined | string | Date>;

export const isNumericColumn = (column: Column): column is NumericColumn =>
  isTypedArray(column, 'Float64Array');

/** Columns that hold times: milliseconds since 1970, UTC. They are numbers, but print as dates. */
const dateColumns = new WeakSet<NumericColumn>();

export const isDateColumn = (column: Column): column is NumericColumn =>
  isNumericColumn(column) && dateColumns.has(column);

/** Marks a column of milliseconds that a reader has just created. */
export function markDates(column: NumericColumn): NumericColumn {
  dateColumns.add(column);
  return column;
}

/** The same for a column that a reader may have been asked to read as text. */
export const asDates = (column: Column): Column => (isNumericColumn(column) ? markDates(column) : column);

/** Values taken from a column, as a column of its kind. */
export function likeColumn(
  column: Column,
  values: readonly (number | string | null)[] | NumericColumn,
): Column {
  if (!isNumericColumn(column)) return values as TextColumn;
  const numbers = isTypedArray(values, 'Float64Array') ? values : Float64Array.from(values as number[]);
  return isDateColumn(column) ? markDates(numbers) : numbers;
}

/** The values of a column at some rows, as a column of its kind. */
export function* takenFrom(column: Column, rows: ArrayLike<number>): InParts<Column> {
  if (isNumericColumn(column)) {
    const numbers = new Float64Array(rows.length);
    yield* eachRange(rows.length, (begin, end) => {
      for (let i = begin; i < end; i++) numbers[i] = column[rows[i]!]!;
    });
    return isDateColumn(column) ? markDates(numbers) : numbers;
  }
  const texts = new Array<string | null>(rows.length);
  yield* eachRange(rows.length, (begin, end) => {
    for (let i = begin; i < end; i++) texts[i] = column[rows[i]!]!;
  });
  return texts;
}

function badValue(name: string, row: number, expected: string, value: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${expected} in column ${show(name)}`,
    given: `${show(value)} at row ${row}`,
    hint,
  });
}

/** @throws SteepestError `ERR_ARGUMENT` if float64 cannot hold the integer exactly */
function exactInteger(name: string, row: number, value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return badValue(
    name,
    row,
    'integers within ±(2^53 − 1), which float64 holds exactly,',
    value,
    'Pass the column as text (value.toString()), or convert it with Number() if rounding does no harm.',
  );
}

function numberAt(name: string, row: number, value: ColumnInput[number]): number {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'bigint') return exactInteger(name, row, value);
  if (typeof value === 'boolean') return Number(value);
  return badValue(name, row, 'numbers only', value, 'Make the whole column text, or all of it numbers.');
}

/** A Date that is invalid is a missing value, as NaN is. */
function timeAt(name: string, row: number, value: ColumnInput[number]): number {
  if (isDate(value)) return value.getTime();
  if (value === null || value === undefined || Number.isNaN(value)) return Number.NaN;
  return badValue(name, row, 'dates only', value, 'Make all of them Dates, or none.');
}

function textAt(name: string, row: number, value: ColumnInput[number]): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  return badValue(name, row, 'text only', value, 'Make the whole column text, or all of it numbers.');
}

const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';

/**
 * In a column with numbers and text, the rarer type is the mistake.
 * @throws SteepestError `ERR_ARGUMENT`
 */
function refuseMixture(name: string, list: readonly ColumnInput[number][]): void {
  let texts = 0;
  let numbers = 0;
  for (const value of list) {
    if (typeof value === 'string') texts++;
    else if (isNumber(value) && !Number.isNaN(value)) numbers++;
  }
  if (texts === 0 || numbers === 0) return;
  const isText = texts <= numbers;
  const row = list.findIndex((value) =>
    isText ? typeof value === 'string' : isNumber(value) && !Number.isNaN(value),
  );
  badValue(
    name,
    row,
    isText ? 'numbers only' : 'text only',
    list[row],
    'Make the whole column text, or all of it numbers.',
  );
}

const checkedTexts = new WeakSet<readonly unknown[]>();

/**
 * Marks lists of texts and nulls that a reader has just created, so that they are not checked
 * again: checking millions of texts would block the event loop. The mark is valid for the next
 * table only.
 */
export function textsOnly(values: TextColumn): void {
  checkedTexts.add(values);
}

/**
 * Columns of one table on their way into another, which does not check their texts again. Each is
 * marked just before the other table reads it, so that no mark outlives the reading.
 */
export function* unchecked(
  columns: Iterable<readonly [string, Column]>,
): Generator<readonly [string, Column]> {
  for (const pair of columns) {
    if (!isNumericColumn(pair[1])) textsOnly(pair[1]);
    yield pair;
  }
}

/**
 * A column in a table's internal form. A Float64Array and a list of strings and nulls are kept
 * without a copy; booleans become 0 and 1. A list without any number, also of nulls only, is text.
 * @throws SteepestError `ERR_ARGUMENT` for text among numbers, and for integers above 2^53 − 1
 */
export function toColumn(name: string, values: ColumnInput): Column {
  if (isTypedArray(values, 'Float64Array')) return values;
  const typed = ArrayBuffer.isView(values) && !isDataView(values);
  if (!Array.isArray(values) && !typed) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `column ${show(name)} to be an array`,
      given: show(values),
      hint: 'Pass a typed array, number[] or string[].',
    });
  }
  if (typed) {
    if (isBigIntArray(values)) {
      return Float64Array.from(values, (value, row) => exactInteger(name, row, value));
    }
    return Float64Array.from(values as ArrayLike<number>);
  }
  const list = values as readonly ColumnInput[number][];
  if (checkedTexts.delete(list)) return list as TextColumn;
  if (list.some(isDate)) return markDates(Float64Array.from(list, (value, row) => timeAt(name, row, value)));
  refuseMixture(name, list);
  if (!list.some((value) => typeof value === 'string') && list.some(isNumber)) {
    return Float64Array.from(list, (value, row) => numberAt(name, row, value));
  }
  const isText = list.every((value) => typeof value === 'string' || value === null);
  // A hole in a list is undefined, but every() skips it.
  if (isText && !(list as readonly unknown[]).includes(undefined)) return list as TextColumn;
  return Array.from(list, (value, row) => textAt(name, row, value));
}
