import { SteepestError } from '../../core/errors.js';
import { compareLabels } from '../../core/labels.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { type Column, isNumericColumn } from '../../data/column.js';
import { checkNoInfinity, type TableColumns } from '../base/columns.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';

/** One category of a column; null is the missing one, which numeric columns represent as NaN. */
export type Category = number | string | null;

/** The categories of one column: all numbers (NaN for missing), or all text (null for missing). */
export interface ColumnCategories {
  kind: 'numeric' | 'text';
  /** In the order of the encoded columns. */
  list: readonly Category[];
  /** Index by category; null stands for missing. */
  index: ReadonlyMap<Category, number>;
}

/** NaN and null are the same missing value. */
export const categoryKey = (value: Category): Category =>
  typeof value === 'number' && Number.isNaN(value) ? null : value === 0 ? 0 : value;

/** A category as feature names and errors show it. */
export function showCategory(value: Category): string {
  return value === null || Number.isNaN(value)
    ? 'missing'
    : typeof value === 'string'
      ? `'${value}'`
      : `${value}`;
}

function toCategories(kind: ColumnCategories['kind'], list: readonly Category[]): ColumnCategories {
  return { kind, list, index: new Map(list.map((value, i) => [categoryKey(value), i])) };
}

/** The categories that occur, numbers by size and text by code point, missing last. */
function categoriesOf(column: Column): ColumnCategories {
  const numeric = isNumericColumn(column);
  const seen = new Set<Category>();
  for (const value of column) seen.add(categoryKey(value));
  const hasMissing = seen.delete(null);
  const list = [...seen].sort((a, b) => compareLabels(a!, b!));
  if (hasMissing) list.push(numeric ? Number.NaN : null);
  return toCategories(numeric ? 'numeric' : 'text', list);
}

/**
 * Categories of one column that the user gave, in their order. @throws SteepestError `ERR_ARGUMENT`
 */
function givenCategories(name: string, list: readonly Category[]): ColumnCategories {
  const values = list.filter((value) => categoryKey(value) !== null);
  const type = typeof values[0];
  const isValid =
    (type === 'number' || type === 'string' || values.length === 0) &&
    values.every((value) => typeof value === type) &&
    list.length > 0 &&
    new Set(list.map(categoryKey)).size === list.length;
  if (!isValid) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `categories of column ${name} to be numbers, or text, each once`,
      given: show(list),
      hint: "Use categories: 'auto' to take those of the fit.",
    });
  }
  const kind = type === 'number' ? 'numeric' : 'text';
  return toCategories(
    kind,
    list.map((value) => (categoryKey(value) === null ? (kind === 'numeric' ? Number.NaN : null) : value)),
  );
}

/** The categories of a column of a fit: those that occur, or those that the user gave. */
export function categoriesFor(
  given: CategoriesParam,
  column: Column,
  j: number,
  shown: string,
): ColumnCategories {
  return given === 'auto' ? categoriesOf(column) : givenCategories(shown, given[j]!);
}

/** The categories of each column, for users. */
export const listsOf = (columns: readonly ColumnCategories[]): Category[][] =>
  columns.map(({ list }) => [...list]);

/** A column that holds these categories. */
export function columnOf({ kind }: ColumnCategories, values: readonly Category[]): Column {
  if (kind === 'text') return values as readonly (string | null)[];
  return Float64Array.from(values, (value) => (value === null ? Number.NaN : (value as number)));
}

/** What to do about an unknown category, for errors. */
const UNKNOWN_HINT = "Set handleUnknown: 'ignore', list all categories, or fit on data that has it.";

/**
 * Indices of a column's values among its categories; −1 for unknown ones if `ignoreUnknown`.
 * @throws SteepestError `ERR_ARGUMENT` for text if the fit had numbers, `ERR_LABEL_RANGE` for an
 *   unknown category with column and row
 */
export function encodeCategories(
  shownColumn: string,
  column: Column,
  categories: ColumnCategories,
  ignoreUnknown: boolean,
  hint = UNKNOWN_HINT,
): Int32Array {
  const kind = isNumericColumn(column) ? 'numeric' : 'text';
  const isAllMissing = kind === 'text' && (column as readonly unknown[]).every((value) => value === null);
  if (kind !== categories.kind && !isAllMissing) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `column ${shownColumn} to hold ${categories.kind === 'numeric' ? 'numbers' : 'text'}, as its categories`,
      given: kind === 'numeric' ? 'numbers' : 'text',
      hint: 'Read the column the same way both times.',
    });
  }
  const codes = new Int32Array(column.length);
  for (let row = 0; row < codes.length; row++) {
    const code = categories.index.get(categoryKey(column[row] as Category));
    if (code === undefined && !ignoreUnknown) {
      throw new SteepestError('ERR_LABEL_RANGE', {
        expected: `column ${shownColumn} to hold only the categories of the fit: ${shortList(categories.list)}`,
        given: `${showCategory(column[row] as Category)} at row ${row}`,
        hint,
      });
    }
    codes[row] = code ?? -1;
  }
  return codes;
}

/** Maximum number of categories in an error. */
const MOST_SHOWN = 10;

function shortList(list: readonly Category[]): string {
  const shown = list.slice(0, MOST_SHOWN).map(showCategory).join(', ');
  return list.length > MOST_SHOWN ? `${shown} and ${list.length - MOST_SHOWN} more` : shown;
}

/** A column of numbers that may be missing but not infinite, or of text. */
export function readCategories(table: TableColumns, j: number): Column {
  const column = table.column(j);
  if (isNumericColumn(column)) {
    checkNoInfinity('X', column, 1, table.names === undefined ? undefined : [table.names[j]!]);
  }
  return column;
}

/** Categories by column, for a file: JSON has no NaN, so numbers are saved as tensors. */
export function savedCategories(columns: readonly ColumnCategories[]): SavedCategories {
  const numeric = columns.flatMap(({ kind, list }, j) =>
    kind === 'numeric'
      ? [[`categories.${j}`, { data: Float64Array.from(list as number[]), shape: [list.length] }] as const]
      : [],
  );
  return {
    tensors: Object.fromEntries(numeric),
    text: columns.map(({ kind, list }) => (kind === 'text' ? (list as (string | null)[]) : false)),
  };
}

interface SavedCategories {
  tensors: Record<string, NdArray<Float64Array>>;
  text: (false | (string | null)[])[];
}

const isTextList = (list: unknown): list is (string | null)[] =>
  Array.isArray(list) && list.every((value) => value === null || typeof value === 'string');

/** The inverse; no column is without categories. @throws SteepestError `ERR_MODEL_FILE` */
export function restoredCategories(state: SavedState, cols: number): ColumnCategories[] {
  const text = attribute(
    state,
    'text',
    (value): value is SavedCategories['text'] =>
      Array.isArray(value) &&
      value.length === cols &&
      value.every((list) => list === false || isTextList(list)),
  );
  return text.map((list, j) => {
    const own =
      list === false
        ? toCategories('numeric', [...float64Tensor(state, `categories.${j}`, [-1]).data])
        : toCategories('text', list);
    if (own.list.length > 0) return own;
    throw new SteepestError('ERR_MODEL_FILE', {
      expected: `categories of column ${j}`,
      given: 'none',
      hint: 'Save the encoder again.',
    });
  });
}

/**
 * `categories` as users give them.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkCategories(name: string, value: unknown): CategoriesParam {
  if (value === 'auto') return value;
  if (!Array.isArray(value) || ![...value].every(Array.isArray)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as 'auto' or a list per column`,
      given: show(value),
      hint: "Leave it out for 'auto'.",
    });
  }
  return [...value].map((list: readonly Category[], j) => givenCategories(String(j), list).list);
}

/** 'auto', or the categories of each column, in the order of their codes. */
export type CategoriesParam = 'auto' | readonly (readonly Category[])[];

/** @throws SteepestError `ERR_ARGUMENT` unless a list has one entry per column, or is none */
export function checkPerColumn(what: string, value: unknown, cols: number): void {
  if (typeof value !== 'object' || value === null || (value as readonly unknown[]).length === cols) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} with ${cols} entries, one per column of X`,
    given: show(value),
    hint: 'Write one entry per column.',
  });
}
