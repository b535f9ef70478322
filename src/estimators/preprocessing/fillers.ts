import { SteepestError } from '../../core/errors.js';
import { eachRange, type InParts } from '../../core/inParts.js';
import { compareLabels } from '../../core/labels.js';
import { show } from '../../core/show.js';
import { type Column, isNumericColumn, likeColumn } from '../../data/column.js';
import { selectRanks } from './orderStatistics.js';

/**
 * What fills gaps: a statistic of the column, or one value.
 * @example
 * ```ts
 * import { type ImputeStrategy, SimpleImputer } from 'steepest';
 * const strategy: ImputeStrategy = 'mean';
 * const filled = await new SimpleImputer({ strategy }).fitTransform([[1], [NaN], [5]]);
 * console.log(filled.column(0).join(' ')); // 1 3 5
 * ```
 */
export type ImputeStrategy = 'mean' | 'median' | 'mostFrequent' | 'constant';

/** The fill value of a text column without values, and of strategy 'constant' by default. */
const DEFAULT_TEXT = 'missing_value';

/** The value that replaces missing values of a column. */
export type Fill = number | string;

/** What counts as missing besides null: a value, possibly NaN. */
type MissingMark = number | string;

/** True where a value is missing. */
export function isMissing(value: number | string | null, mark: MissingMark): boolean {
  return value === null || value === mark || (Number.isNaN(value) && Number.isNaN(mark));
}

/** True if any value of a column is missing. */
export function hasMissing(column: Column, mark: MissingMark): boolean {
  if (isNumericColumn(column)) {
    for (let i = 0; i < column.length; i++) if (isMissing(column[i]!, mark)) return true;
    return false;
  }
  return column.some((value) => isMissing(value, mark));
}

/** 1 where a value is missing, else 0. */
export function flagMissing(column: Column, mark: MissingMark): Float64Array {
  const flags = new Float64Array(column.length);
  for (let i = 0; i < flags.length; i++) flags[i] = Number(isMissing(column[i]!, mark));
  return flags;
}

/**
 * A copy of a column without missing values.
 * @throws SteepestError `ERR_ARGUMENT` for text if the fit had numbers, or the reverse
 */
export function filled(column: Column, fill: Fill, mark: MissingMark, shown: string): Column {
  if (isNumericColumn(column)) {
    if (typeof fill === 'number') {
      const result = column.slice();
      for (let i = 0; i < result.length; i++) if (isMissing(result[i]!, mark)) result[i] = fill;
      return likeColumn(column, result);
    }
  } else if (typeof fill === 'string') {
    return column.map((value) => (isMissing(value, mark) ? fill : value));
  } else if (column.every((value) => value === null)) {
    // A column of nulls only has no type.
    return new Float64Array(column.length).fill(fill);
  }
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `column ${shown} to hold ${typeof fill === 'number' ? 'numbers' : 'text'}, as in fit`,
    given: isNumericColumn(column) ? 'numbers' : 'text',
    hint: 'Read the column the same way both times.',
  });
}

/** A copy of a column's numbers that are not missing. */
function presentNumbers(column: Float64Array, mark: MissingMark): Float64Array {
  const present = new Float64Array(column.length);
  const marksNaN = Number.isNaN(mark);
  let count = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (marksNaN ? Number.isNaN(value) : value === mark) continue;
    present[count++] = value;
  }
  return present.subarray(0, count);
}

/**
 * The fill value of a column under a strategy.
 * @throws SteepestError `ERR_ARGUMENT` for a mean or median of text, for a column without values
 *   unless `keepEmpty`, and for a constant of the other type
 */
export function* fillOf(
  column: Column,
  shown: string,
  strategy: ImputeStrategy,
  mark: MissingMark,
  options: { fillValue: Fill | undefined; keepEmpty: boolean },
): InParts<Fill> {
  const isText = !isNumericColumn(column);
  if (isText && (strategy === 'mean' || strategy === 'median')) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `numbers in column ${shown} for strategy '${strategy}'`,
      given: 'text',
      hint: "Use 'mostFrequent' or 'constant' for text, with a columnTransformer if columns differ.",
    });
  }
  if (strategy === 'constant') return constantFor(isText, shown, options.fillValue);
  const present = isText
    ? column.filter((value): value is string => !isMissing(value, mark))
    : presentNumbers(column, mark);
  if (present.length === 0) {
    if (options.keepEmpty) return isText ? DEFAULT_TEXT : 0;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a value in column ${shown} to learn from`,
      given: `${column.length} missing values`,
      hint: "Drop the column, use strategy 'constant', or set keepEmptyFeatures.",
    });
  }
  yield;
  if (strategy === 'mostFrequent') return yield* mostFrequent<Fill>(present as ArrayLike<Fill>);
  return yield* strategy === 'mean' ? mean(present as Float64Array) : median(present as Float64Array);
}

function constantFor(isText: boolean, shown: string, fillValue: Fill | undefined): Fill {
  const fill = fillValue ?? (isText ? DEFAULT_TEXT : 0);
  if ((typeof fill === 'string') === isText) return fill;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `fillValue to be ${isText ? 'text' : 'a number'}, as column ${shown} holds`,
    given: show(fill),
    hint: 'Use one imputer per kind of column, in a columnTransformer.',
  });
}

/** Relative to the first value, so that values far from 0 lose no digits. */
function* mean(values: Float64Array): InParts<number> {
  const shift = values[0]!;
  let sum = 0;
  yield* eachRange(values.length, (begin, end) => {
    for (let i = begin; i < end; i++) sum += values[i]! - shift;
  });
  if (Number.isFinite(sum)) return shift + sum / values.length;
  // For numbers near the largest of float64, whose differences or sums of differences overflow.
  sum = 0;
  yield* eachRange(values.length, (begin, end) => {
    for (let i = begin; i < end; i++) sum += values[i]! * SMALL;
  });
  return sum / values.length / SMALL;
}

/** A power of two that keeps the sum of an array's maximum length within float64. */
const SMALL = 2 ** -64;

/** Reorders its argument. */
function* median(values: Float64Array): InParts<number> {
  const middle = values.length >> 1;
  if (values.length % 2 === 1) {
    yield* selectRanks(values, [middle]);
    return values[middle]!;
  }
  yield* selectRanks(values, [middle - 1, middle]);
  // Halved first, because the sum of two large numbers may overflow.
  return values[middle - 1]! / 2 + values[middle]! / 2;
}

/** Values to count in one part: an entry of a Map costs as much as many additions. */
const COUNTED_PER_PART = 2 ** 14;

/** The most frequent value; the smallest if several are equally frequent, as in scikit-learn. */
function* mostFrequent<T extends Fill>(values: ArrayLike<T>): InParts<T> {
  const counts = new Map<T, number>();
  const count = (begin: number, end: number): void => {
    for (let i = begin; i < end; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  };
  yield* eachRange(values.length, count, COUNTED_PER_PART);
  let best = values[0]!;
  let most = 0;
  let seen = 0;
  for (const [value, times] of counts) {
    if (times > most || (times === most && compareLabels(value, best) < 0)) [best, most] = [value, times];
    if (++seen % COUNTED_PER_PART === 0) yield;
  }
  return best;
}
