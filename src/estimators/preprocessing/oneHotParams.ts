import { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { type ParamSpecs, param } from '../base/params.js';
import {
  type CategoriesParam,
  type Category,
  type ColumnCategories,
  categoryKey,
  checkCategories,
  showCategory,
} from './categories.js';
import { FREQUENCY_SPECS, type FrequencyParams, type Grouping } from './infrequent.js';

/** Hyperparameters of `OneHotEncoder`. */
export interface OneHotEncoderParams extends FrequencyParams {
  /**
   * 'auto': the sorted categories of the fit. Or the categories of each column, in the order of the
   * encoded columns.
   */
  categories: CategoriesParam;
  /**
   * Drops one category of each column, which makes the columns independent: the first, the first
   * only for columns with two categories, or one named per column (undefined for none). Nothing by
   * default.
   */
  drop: undefined | 'first' | 'ifBinary' | readonly (Category | undefined)[];
  /**
   * What to do with a category that the fit did not have: throw (default), encode as zeros, or
   * count among the infrequent categories if the column has any, as zeros otherwise.
   */
  handleUnknown: 'error' | 'ignore' | 'infrequentIfExist';
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function refuse(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
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
  categories: param.custom<CategoriesParam>('auto', checkCategories),
  drop: param.custom<OneHotEncoderParams['drop']>(undefined, checkDrop),
  handleUnknown: param.oneOf('error', ['error', 'ignore', 'infrequentIfExist']),
  ...FREQUENCY_SPECS,
};

/** Number of the category that `drop` removes from column j; −1 for none. */
export function droppedOf(
  { list, index }: ColumnCategories,
  { position, frequent, width }: Grouping,
  drop: OneHotEncoderParams['drop'],
  j: number,
  shown: string,
): number {
  if (drop === undefined) return -1;
  if (drop === 'first') return 0;
  if (drop === 'ifBinary') return width === 2 ? 0 : -1;
  const chosen = drop[j];
  if (chosen === undefined) return -1;
  const code = index.get(categoryKey(chosen));
  if (code === undefined) {
    return refuse(
      `drop to name a category of column ${shown}: ${list.map(showCategory).join(', ')}`,
      chosen,
      'Name one of these, or undefined for none.',
    );
  }
  if (position[code]! < frequent.length) return position[code]!;
  return refuse(
    `drop to name a frequent category of column ${shown}`,
    chosen,
    'It shares its column with others: name another, or undefined for none.',
  );
}
