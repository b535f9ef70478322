import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { type Column, isDateColumn, isNumericColumn } from '../../data/column.js';
import { columnName, type TableColumns } from '../base/columns.js';

/** Chooses columns by what they hold and how they are named, when a table is there to look at. */

/** What a column holds; dates are milliseconds since 1970 and no `'number'`. */
export type ColumnType = 'number' | 'date' | 'text';

const TYPES: readonly unknown[] = ['number', 'date', 'text'];

function typeOf(column: Column): ColumnType {
  if (!isNumericColumn(column)) return 'text';
  return isDateColumn(column) ? 'date' : 'number';
}

/**
 * Columns for which everything that is given holds. Plain data, so that it can be saved:
 * `columns.byType`, `byPattern` and `allBut` make it.
 */
export interface ColumnSelector {
  /** What the column holds. */
  readonly types?: readonly ColumnType[];
  /** A regular expression that the column's name matches, and its flags. */
  readonly pattern?: string;
  readonly flags?: string;
  /** Columns that are left out. */
  readonly except?: readonly string[];
}

const KEYS = ['types', 'pattern', 'flags', 'except'];

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
function checked(selector: object): ColumnSelector {
  checkKeys('a choice of columns', selector, KEYS);
  const { types, pattern, flags, except } = selector as ColumnSelector;
  const isListOf = (list: unknown, accepts: (item: unknown) => boolean): boolean =>
    list === undefined || (Array.isArray(list) && list.length > 0 && [...list].every(accepts));
  const isText = (value: unknown): boolean => typeof value === 'string';
  const refuse = (expected: string, given: unknown, hint: string): never => {
    throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
  };
  if (!isListOf(types, (type) => TYPES.includes(type))) {
    refuse("types of columns to be 'number', 'date' or 'text'", types, "Write columns.byType('number').");
  }
  if (!isListOf(except, isText)) refuse('names of columns', except, "Write columns.allBut('id').");
  const isPattern = (pattern === undefined || isText(pattern)) && (flags === undefined || isText(flags));
  if (!isPattern || (flags !== undefined && pattern === undefined) || !isRegExp(pattern, flags)) {
    refuse('a pattern to be a regular expression', pattern, 'Write columns.byPattern(/^price/).');
  }
  return selector;
}

function isRegExp(pattern: string | undefined, flags: string | undefined): boolean {
  try {
    new RegExp(pattern ?? '', flags);
    return true;
  } catch {
    return false;
  }
}

/** True for a valid choice of columns. */
export function isColumnSelector(value: unknown): value is ColumnSelector {
  if (!isPlainObject(value) || Object.keys(value).length === 0) return false;
  try {
    checked(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Numbers of the columns that a selector chooses, ascending.
 * @throws SteepestError `ERR_UNKNOWN_NAME`
 */
export function selectedColumns(part: string, selector: ColumnSelector, table: TableColumns): number[] {
  const { types, pattern, flags, except = [] } = selector;
  if (table.names === undefined && (pattern !== undefined || except.length > 0)) {
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `columns of '${part}' by number or type, since X has no names`,
      given: pattern === undefined ? show(except) : `the pattern ${pattern}`,
      hint: 'Pass a DataTable.',
    });
  }
  return Array.from({ length: table.cols }, (_, j) => j).filter((j) => {
    const name = columnName(table.names, j);
    // A new one for each name: with flag g or y, an expression remembers where it stopped.
    if (pattern !== undefined && !new RegExp(pattern, flags).test(name)) return false;
    if (except.includes(name)) return false;
    return types === undefined || types.includes(typeOf(table.column(j)));
  });
}

const withPattern = (pattern: RegExp | string | undefined): ColumnSelector => {
  if (pattern === undefined) return {};
  if (!(pattern instanceof RegExp)) return { pattern };
  return pattern.flags === ''
    ? { pattern: pattern.source }
    : { pattern: pattern.source, flags: pattern.flags };
};

/**
 * Choices of columns for `columnTransformer`, by what the columns of the fit hold.
 * @example
 * ```ts
 * import { columns, columnTransformer, data, MinMaxScaler } from 'steepest';
 * const flats = new data.DataTable({ rooms: [3, 1], area: [80, 30], town: ['Bern', 'Chur'] });
 * const numbers = columnTransformer([['scale', new MinMaxScaler(), columns.byType('number')]]);
 * console.log((await numbers.fit(flats)).getFeatureNamesOut());
 * // [ 'scale__rooms', 'scale__area' ]
 * ```
 */
export const columns = {
  /**
   * Columns of numbers, of dates or of text. A column without any value is text.
   * @param options `pattern`: only columns whose names match it
   * @throws SteepestError `ERR_ARGUMENT`
   * @example
   * ```ts
   * import { columns, columnTransformer, data, OneHotEncoder } from 'steepest';
   * const flats = new data.DataTable({ rooms: [3, 1], town: ['Bern', 'Chur'] });
   * const text = columnTransformer([['town', new OneHotEncoder(), columns.byType('text')]]);
   * console.log((await text.fit(flats)).getFeatureNamesOut());
   * // [ 'town__town_Bern', 'town__town_Chur' ]
   * ```
   */
  byType(
    type: ColumnType | readonly ColumnType[],
    options: { pattern?: RegExp | string } = {},
  ): ColumnSelector {
    checkKeys('options of columns.byType', options, ['pattern']);
    const types = typeof type === 'string' ? [type] : type;
    return checked({ types, ...withPattern(options.pattern) });
  },
  /**
   * Columns whose names match a regular expression. @throws SteepestError `ERR_ARGUMENT`
   * @example
   * ```ts
   * import { columns, columnTransformer, data, MinMaxScaler } from 'steepest';
   * const sizes = new data.DataTable({ sizeInM2: [80, 30], sizeInRooms: [3, 1], floor: [2, 0] });
   * const scale = columnTransformer([['size', new MinMaxScaler(), columns.byPattern(/^size/)]]);
   * console.log((await scale.fit(sizes)).getFeatureNamesOut());
   * // [ 'size__sizeInM2', 'size__sizeInRooms' ]
   * ```
   */
  byPattern(pattern: RegExp | string): ColumnSelector {
    return checked(pattern === undefined ? { pattern: null } : withPattern(pattern));
  },
  /**
   * All columns but those with these names. @throws SteepestError `ERR_ARGUMENT`
   * @example
   * ```ts
   * import { columns, columnTransformer, data, MinMaxScaler } from 'steepest';
   * const flats = new data.DataTable({ id: [17, 18], rooms: [3, 1], area: [80, 30] });
   * const scale = columnTransformer([['scale', new MinMaxScaler(), columns.allBut('id')]]);
   * console.log((await scale.fit(flats)).getFeatureNamesOut());
   * // [ 'scale__rooms', 'scale__area' ]
   * ```
   */
  allBut(...names: readonly string[]): ColumnSelector {
    return checked({ except: names });
  },
} as const;
