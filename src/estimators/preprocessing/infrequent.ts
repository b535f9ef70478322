import { checkInteger, checkNumber } from '../../core/check.js';
import type { Column } from '../../data/column.js';
import { type ParamSpec, param } from '../base/params.js';
import {
  type CategoriesParam,
  type Category,
  type ColumnCategories,
  encodeCategories,
} from './categories.js';

/** Rare categories of a column share one code, after those of the frequent ones. */

export interface FrequencyParams {
  /**
   * Categories with fewer rows are infrequent: a number of rows from 1, or a fraction of the rows
   * below 1.
   */
  minFrequency: number | undefined;
  /** Codes per column, with that of the infrequent categories: the rarest ones share it. */
  maxCategories: number | undefined;
}

function checkFrequency(name: string, value: unknown): number {
  const words = 'a whole number of rows from 1, or a fraction of them above 0 and below 1';
  return checkNumber(name, value, words, (v) => (v < 1 ? v > 0 : Number.isSafeInteger(v)));
}

export const FREQUENCY_SPECS: { [K in keyof FrequencyParams]-?: ParamSpec<FrequencyParams[K]> } = {
  minFrequency: param.optional(param.custom(1, checkFrequency)),
  maxCategories: param.optional(param.custom(1, (name, value) => checkInteger(name, value))),
};

/** How scikit-learn names the infrequent categories of a column. */
export const INFREQUENT = 'infrequent_sklearn';

/** How the categories of a column are numbered. */
export interface Grouping {
  /** Number of each category; −1 for one that has none. */
  position: Int32Array;
  /** Categories with a number of their own, in its order. */
  frequent: readonly Category[];
  /** The others: they share the number that follows. */
  infrequent: readonly Category[];
  /** Numbers in use. */
  width: number;
}

/** The categories of a column, and how they are numbered. */
export interface GroupedCategories extends ColumnCategories {
  grouping: Grouping;
  /** The infrequent categories. */
  rare: readonly number[];
}

/** The category of a number; the infrequent ones are missing values in a column of numbers. */
export function categoryAt({ kind, grouping: { frequent } }: GroupedCategories, number: number): Category {
  if (number < frequent.length) return frequent[number]!;
  return kind === 'text' ? INFREQUENT : null;
}

/** The infrequent categories of each column, for users; undefined for a column without any. */
export const infrequentLists = (columns: readonly GroupedCategories[]): (Category[] | undefined)[] =>
  columns.map(({ grouping: { infrequent } }) => (infrequent.length === 0 ? undefined : [...infrequent]));

/**
 * @param codes the infrequent categories, ascending
 * @param skipped a category without a number, or −1
 */
export function groupingOf({ list }: ColumnCategories, codes: readonly number[], skipped = -1): Grouping {
  const isRare = new Uint8Array(list.length);
  for (const code of codes) isRare[code] = 1;
  const position = new Int32Array(list.length);
  const frequent = list.filter((_, code) => isRare[code] === 0 && code !== skipped);
  let next = 0;
  for (let code = 0; code < list.length; code++) {
    if (code === skipped) position[code] = -1;
    else position[code] = isRare[code] === 1 ? frequent.length : next++;
  }
  const infrequent = codes.map((code) => list[code]!);
  return { position, frequent, infrequent, width: frequent.length + (infrequent.length > 0 ? 1 : 0) };
}

/**
 * The infrequent categories of a column, as scikit-learn chooses them: those below `minFrequency`;
 * then, if more than `maxCategories` numbers would be needed, the rarest. Of equally rare ones the
 * first are infrequent.
 * @param codes of each row; −1 does not count
 * @param skipped a category that is never infrequent, or −1
 */
function infrequentCodes(
  { list }: ColumnCategories,
  codes: Int32Array,
  { minFrequency, maxCategories }: FrequencyParams,
  skipped: number,
): number[] {
  if (minFrequency === undefined && maxCategories === undefined) return [];
  const counts = new Float64Array(list.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const candidates = Array.from(counts.keys()).filter((code) => code !== skipped);
  const least = minFrequency === undefined || minFrequency >= 1 ? minFrequency : codes.length * minFrequency;
  const rare = new Set(candidates.filter((code) => least !== undefined && counts[code]! < least));
  if (maxCategories !== undefined && maxCategories < candidates.length - rare.size + 1) {
    const byCount = candidates.slice().sort((a, b) => counts[a]! - counts[b]! || a - b);
    const kept = maxCategories - 1;
    for (const code of byCount.slice(0, Math.max(0, byCount.length - kept))) rare.add(code);
  }
  return [...rare].sort((a, b) => a - b);
}

/**
 * Numbers the categories of a column of a fit.
 * @param own they: `params.categories`, or those that occur
 * @param hint what to do about a category that is not among them
 * @param skipped a category without a number, or −1
 * @throws SteepestError as {@link encodeCategories}
 */
export function groupedCategories(
  own: ColumnCategories,
  column: Column,
  shown: string,
  params: FrequencyParams & { categories: CategoriesParam; handleUnknown: string },
  { hint, skipped = -1 }: { hint?: string; skipped?: number } = {},
): GroupedCategories {
  const { categories, handleUnknown, minFrequency, maxCategories } = params;
  // All are known then, and nothing is to be counted.
  const isPlain = categories === 'auto' && minFrequency === undefined && maxCategories === undefined;
  const codes = isPlain ? undefined : encodeCategories(shown, column, own, handleUnknown !== 'error', hint);
  const rare = codes === undefined ? [] : infrequentCodes(own, codes, params, skipped);
  return { ...own, rare, grouping: groupingOf(own, rare, skipped) };
}

/** True for the infrequent categories of a column, as a file may list them. */
export function isInfrequentList(value: unknown, categories: number): value is number[] {
  return (
    Array.isArray(value) &&
    value.every(
      (code, i) => Number.isInteger(code) && code < categories && code > (i === 0 ? -1 : value[i - 1]),
    )
  );
}
