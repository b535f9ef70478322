import { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { type ParamSpecs, param } from '../base/params.js';
import {
  type Category,
  type ColumnCategories,
  categoryKey,
  givenCategories,
  showCategory,
} from './categories.js';

export interface OneHotEncoderParams {
  /**
   * 'auto': the sorted categories of the fit. Or the categories of each column, in the order of the
   * encoded columns.
   */
  categories: 'auto' | readonly (readonly Category[])[];
  /**
   * Drops one category of each column, which makes the columns independent: the first, the first
   * only for columns with two categories, or one named per column (undefined for none). Nothing by
   * default.
   */
  drop: undefined | 'first' | 'ifBinary' | readonly (Category | undefined)[];
  /** What to do with a category that the fit did not have: throw (default), or encode as zeros. */
  handleUnknown: 'error' | 'ignore';
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function refuse(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

function checkCategories(name: string, value: unknown): OneHotEncoderParams['categories'] {
  if (value === 'auto') return value;
  if (!Array.isArray(value) || ![...value].every(Array.isArray)) {
    refuse(`${name} as 'auto' or a list per column`, value, "Leave it out for 'auto'.");
  }
  return [...value].map((list: readonly Category[], j) => givenCategories(String(j), list).list);
}

function checkDrop(name: string, value: unknown): OneHotEncoderParams['drop'] {
  if (value === 'first' || value === 'ifBinary') return value;
  if (!Array.isArray(value)) {
    const hint = didYouMean(value, ['first', 'ifBinary'], 'Leave it out to keep all.');
    refuse(`${name} as 'first', 'ifBinary' or a category per column`, value, hint);
  }
  return [...value].map((entry: unknown) => {
    // How files represent undefined.
    if (entry === undefined || (Array.isArray(entry) && entry.length === 0)) return undefined;
    if (entry === null || typeof entry === 'string' || typeof entry === 'number') return entry;
    return refuse(
      `a category of ${name} as a number, text or null`,
      entry,
      'Write undefined to keep all of a column.',
    );
  });
}

export const ONE_HOT_SPECS: ParamSpecs<OneHotEncoderParams> = {
  categories: param.custom<OneHotEncoderParams['categories']>('auto', checkCategories),
  drop: param.custom<OneHotEncoderParams['drop']>(undefined, checkDrop),
  handleUnknown: param.oneOf('error', ['error', 'ignore']),
};

/** Index of the category that `drop` removes from column j; −1 for none. */
export function droppedOf(
  { list, index }: ColumnCategories,
  drop: OneHotEncoderParams['drop'],
  j: number,
  shown: string,
): number {
  if (drop === undefined) return -1;
  if (drop === 'first') return 0;
  if (drop === 'ifBinary') return list.length === 2 ? 0 : -1;
  const chosen = drop[j];
  if (chosen === undefined) return -1;
  const position = index.get(categoryKey(chosen));
  if (position !== undefined) return position;
  return refuse(
    `drop to name a category of column ${shown}: ${list.map(showCategory).join(', ')}`,
    chosen,
    'Name one of these, or undefined for none.',
  );
}
