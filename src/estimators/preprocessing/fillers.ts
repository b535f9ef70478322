import { SteepestError } from '../../core/errors.js';
import { compareLabels } from '../../core/labels.js';
import { type Column, isNumericColumn } from '../../data/column.js';

export type ImputeStrategy = 'mean' | 'median' | 'mostFrequent' | 'constant';

/** What a column of all-missing text is filled with, and by the strategy 'constant' without a value. */
export const DEFAULT_TEXT = 'missing_value';

/** What stands in for missing values of a column. */
export type Fill = number | string;

/** True where a value counts as missing: null always, and NaN or the value that was chosen. */
export type IsMissing = (value: number | string | null) => boolean;

/**
 * What the strategy fills a column with.
 * @throws SteepestError `ERR_ARGUMENT` for a mean or median of text, for a column without values unless `keepEmpty`, and for a constant
 * of the other type
 */
export function fillOf(
  column: Column,
  shown: string,
  strategy: ImputeStrategy,
  isMissing: IsMissing,
  options: { fillValue: Fill | undefined; keepEmpty: boolean },
): Fill {
  const isText = !isNumericColumn(column);
  if (isText && (strategy === 'mean' || strategy === 'median')) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `numbers in column ${shown} for strategy '${strategy}'`,
      given: 'text',
      mend: "Use 'mostFrequent' or 'constant' for text, with a columnTransformer if columns differ.",
    });
  }
  if (strategy === 'constant') return constantFor(isText, shown, options.fillValue);
  const present = isText
    ? column.filter((value): value is string => !isMissing(value))
    : column.filter((value) => !isMissing(value));
  if (present.length === 0) {
    if (options.keepEmpty) return isText ? DEFAULT_TEXT : 0;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a value in column ${shown} to learn from`,
      given: `${column.length} missing values`,
      mend: "Drop the column, use strategy 'constant', or set keepEmptyFeatures.",
    });
  }
  if (strategy === 'mostFrequent') return mostFrequent<Fill>(present as Iterable<Fill>);
  return strategy === 'mean' ? mean(present as Float64Array) : median(present as Float64Array);
}

function constantFor(isText: boolean, shown: string, fillValue: Fill | undefined): Fill {
  const fill = fillValue ?? (isText ? DEFAULT_TEXT : 0);
  if ((typeof fill === 'string') === isText) return fill;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `fillValue to be ${isText ? 'text' : 'a number'}, as column ${shown} holds`,
    given: JSON.stringify(fill),
    mend: 'Use one imputer per kind of column, in a columnTransformer.',
  });
}

/** From the first value on, so that values far from 0 cost no digits. */
function mean(values: Float64Array): number {
  const shift = values[0]!;
  let sum = 0;
  for (const value of values) sum += value - shift;
  return shift + sum / values.length;
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  // Halved first, since the sum of two large numbers may overflow.
  return sorted.length % 2 === 1 ? sorted[middle]! : sorted[middle - 1]! / 2 + sorted[middle]! / 2;
}

/** The most frequent value; of several, the least, as in scikit-learn. */
function mostFrequent<T extends Fill>(values: Iterable<T>): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || compareLabels(a, b))[0]![0];
}
