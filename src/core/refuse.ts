import { SteepestError } from './errors.js';
import { isBigIntArray, isBuffer, isDataView, isDate, isList, isPromise, typedArrayName } from './realm.js';
import { messageOf, show } from './show.js';

/**
 * Errors about arrays that are none of those that can be read: each shows the value, says where it
 * is and what to do about that kind of value.
 */

/** Text that `Number()` reads. */
const isNumeral = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

/** Names of targets, the only tables that hold classes. */
const TARGETS = /^(?:validation )?y\b|^y(?:True|Pred)\b/;

/** What to do about a value of `what` that stands where a number should. */
function cellHint(what: string, value: unknown): string {
  if (typeof value === 'string') {
    if (isNumeral(value)) return 'Convert text to numbers first: Number(value).';
    return TARGETS.test(what)
      ? 'Number the classes from 0, with LabelEncoder for instance.'
      : 'Encode text as numbers first, with OneHotEncoder for instance.';
  }
  if (value === null || value === undefined) {
    return 'Write NaN for missing values and fill them with SimpleImputer, or leave such rows out.';
  }
  if (typeof value === 'boolean') return 'Write 1 and 0: Number(value).';
  if (typeof value === 'bigint') return 'Convert it: Number(value).';
  if (isDate(value))
    return 'Write a number, such as value.getTime(), or year, month and day in columns of their own.';
  if (isPromise(value)) return 'Put await before it.';
  if (isList(value) || typedArrayName(value) !== undefined) {
    return 'It is nested one level deeper than expected: give a row its numbers alone.';
  }
  return 'Pass numbers.';
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for a value that is no number.
 * @param place where it is: `at row 3, column 1`
 */
export function refuseCell(what: string, value: unknown, place: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `numbers in ${what}`,
    given: `${show(value)} ${place}`,
    hint: cellHint(what, value),
  });
}

/** What to do about something that is no table of numbers. */
function tableHint(value: unknown, otherwise: string): string {
  if (isPromise(value)) return 'Put await before it.';
  if (typeof value === 'function') return 'Call it and pass what it returns.';
  if (isDataView(value) || isBuffer(value))
    return 'Make a typed array of it, such as new Float32Array(buffer).';
  if (typeof value !== 'object' || value === null) return otherwise;
  if (isNamedTable(value)) return 'Pass table.toMatrix(), or one column with table.numbers(name).';
  if ('data' in value !== 'shape' in value) return 'Pass both: { data, shape: [rows, columns] }.';
  if ('x' in value && 'y' in value) return 'Pass x and y one after the other.';
  if (Symbol.iterator in value) return 'Make a list of it: Array.from(value).';
  return otherwise;
}

export const isNamedTable = (value: object): boolean =>
  'columnNames' in value && typeof (value as { toMatrix?: unknown }).toMatrix === 'function';

/**
 * @param words what can be passed: `an array of rows, or { data, shape }`
 * @throws SteepestError `ERR_SHAPE`
 */
export function refuseTable(
  what: string,
  value: unknown,
  words: string,
  otherwise = 'Pass number[][] or { data, shape }.',
): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to be ${words}`,
    given: show(value),
    hint: tableHint(value, otherwise),
  });
}

/** What stands where a row should. @throws SteepestError `ERR_SHAPE`, of later rows `ERR_RAGGED` */
export function refuseRow(what: string, value: unknown, row: number, isFirst: boolean): never {
  let hint = isFirst
    ? 'Write [[1], [2]] for one column, [[1, 2]] for one row.'
    : 'Give every row the same length.';
  if (isPromise(value)) hint = 'Put await before it.';
  else if (value === null || value === undefined) hint = 'Leave such rows out.';
  else if (typeof value === 'object' && typedArrayName(value) === undefined) {
    hint = 'Of objects, one per row, make a table: data.DataTable.fromRows(rows).toMatrix().';
  } else if (isBigIntArray(value)) hint = 'Convert it: Float64Array.from(row, Number).';
  throw new SteepestError(isFirst ? 'ERR_SHAPE' : 'ERR_RAGGED', {
    expected: `${what} to be an array of rows`,
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

/** @throws SteepestError `ERR_RAGGED` */
export function refuseRagged(what: string, cols: number, first: number, row: number, given: number): never {
  throw new SteepestError('ERR_RAGGED', {
    expected: `every row of ${what} to have ${cols} columns, as row ${first} does`,
    given: `row ${row} with ${given}`,
    hint: 'Give every row the same length.',
  });
}

/**
 * Runs `read` on something that users passed. A proxy or a getter that throws, and memory that is
 * not to be had, become errors of ours.
 * @throws SteepestError also `ERR_ARGUMENT`, `ERR_MEMORY`
 */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SteepestError) throw error;
    const isMemory = error instanceof RangeError;
    throw new SteepestError(
      isMemory ? 'ERR_MEMORY' : 'ERR_ARGUMENT',
      {
        expected: isMemory ? `room for a copy of ${what}` : `${what} to be something that can be read`,
        given: show(messageOf(error)),
        hint: isMemory
          ? 'Pass fewer rows at a time.'
          : 'Pass plain arrays: a getter or a proxy in it throws.',
      },
      { cause: error },
    );
  }
}
