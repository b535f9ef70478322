import { checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';

/**
 * A decimal fraction and its product with a number of rows are each rounded once, by half a unit in
 * the last place: 0.29 · 100 gives 28.999999999999996. Adding twice that error lifts such a product
 * back to its whole number.
 */
const SLACK = 2 * Number.EPSILON;

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkSplit(validationSplit: unknown): number {
  const words = 'a number of at least 0 and below 1';
  return checkNumber('validationSplit', validationSplit, words, (v) => v >= 0 && v < 1);
}

/**
 * Number of rows at the end that `validationSplit` holds out: ⌊fraction · rows⌋, with the fraction
 * as written, in decimals. (Keras trains on ⌊(1 − fraction) · rows⌋ in floating point, so it holds
 * out one more row if the product is not a whole number.)
 * @throws SteepestError `ERR_ARGUMENT` for a fraction above 0 that gives no rows
 */
export function rowsToHoldOut(share: number, rows: number): number {
  const held = Math.min(rows - 1, Math.floor(share * rows * (1 + SLACK)));
  if (held > 0 || share === 0) return held;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'validationSplit to hold out at least one row',
    given: `${share} of ${rows} ${rows === 1 ? 'row' : 'rows'}`,
    hint:
      rows === 1
        ? 'Leave it out, or pass more rows.'
        : `Use at least ${leastShare(rows)}, or pass validationData: [x, y].`,
  });
}

/** A short number of at least 1 / rows. */
function leastShare(rows: number): number {
  const digits = 10 ** Math.ceil(Math.log10(rows) + 1);
  return Math.ceil(digits / rows) / digits;
}
