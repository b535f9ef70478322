import { SteepestError } from './errors.js';
import { isList, isPromise, typedArrayName } from './realm.js';
import { checkNotEmpty, countOf, reading, refuseNotFinite } from './refuse.js';
import { checkLength, isNested, readNumbers } from './rows.js';
import { show } from './show.js';

/** A class label as users write it. */
export type Label = string | number | boolean;

/**
 * The one reader of classes: a list with one per sample, as it stands, or a column of numbers. Only
 * {@link checkLabel} looks at each.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`; for rows of numbers also `ERR_RAGGED`,
 *   `ERR_ARGUMENT`
 */
export function labelList(what: string, input: unknown): ArrayLike<unknown> {
  return reading(what, () => {
    if (isList(input) && !isNested(input)) {
      checkLength(what, input);
      checkNotEmpty(what, input.length);
      return input;
    }
    const { data, cols } = readNumbers(what, input, 'labels');
    if (cols === 1) return data;
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with one class per sample`,
      given: countOf(cols, 'column'),
      hint: 'Of one-hot rows and of probabilities take the position of the largest number first.',
    });
  });
}

/**
 * One class, of the same type as the first.
 * @param type what `typeof` says of the first
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_NOT_FINITE`
 */
export function checkLabel(what: string, label: unknown, row: number, type: string): void {
  const isKnown = type === 'string' || type === 'number' || type === 'boolean';
  if (typeof label === type && isKnown) {
    if (type === 'number' && !Number.isFinite(label)) refuseNotFinite(what, label, row);
    return;
  }
  let hint = 'Use strings, numbers or booleans, one kind throughout.';
  if (isList(label) || typedArrayName(label) !== undefined) hint = 'Pass one class per row, not rows.';
  else if (isPromise(label)) hint = 'Put await before it.';
  else if (label === null || label === undefined) hint = 'Leave such rows out.';
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `classes in ${what} to be ${isKnown ? `all ${type}s, as the first is` : 'strings, numbers or booleans'}`,
    given: `${show(label)} at row ${row}`,
    hint,
  });
}

/**
 * Numbers with a fraction are regression targets, not classes (scikit-learn's target type
 * 'continuous'). 1.0 and 2.0 are classes.
 * @param of returns the label of a row
 * @throws SteepestError `ERR_ARGUMENT` that names the first such row
 */
export function refuseContinuous(what: string, rows: number, of: (row: number) => unknown): void {
  for (let row = 0; row < rows; row++) {
    const label = of(row);
    if (typeof label !== 'number' || Number.isInteger(label)) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `classes in ${what}: whole numbers, strings or booleans`,
      given: `${label} at row ${row}, as continuous targets have`,
      hint: 'For numbers use a regressor and its scores; write classes as whole numbers or text.',
    });
  }
}

/** Sorted numerically or by code point; false before true. */
export function compareLabels(a: Label, b: Label): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}

/**
 * UTF-16 order differs from code point order only between a surrogate and a unit above the
 * surrogates.
 */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
