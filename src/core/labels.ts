import { SteepestError } from './errors.js';

/** A class as users name it. */
export type Label = string | number | boolean;

/**
 * Numbers with a fraction are values of a regression, not classes (scikit-learn's type of target
 * 'continuous'); 1.0 and 2.0 are.
 * @param of the label of a row
 * @throws SteepestError `ERR_ARGUMENT` with the first such row
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

/** Sorted as numbers, or by code point; false before true. */
export function compareLabels(a: Label, b: Label): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}

/**
 * UTF-16 order differs from code point order only where a surrogate meets a unit above the
 * surrogates.
 */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
