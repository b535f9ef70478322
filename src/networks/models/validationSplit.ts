import { checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';

/**
 * A share and its product with a number of rows are each rounded once, by half a unit in the last
 * place: 0.29 · 100 comes out as 28.999999999999996. Twice that much brings such a product back
 * over its whole number.
 */
const SLACK = 2 * Number.EPSILON;

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkSplit(validationSplit: unknown): number {
  const words = 'a number of at least 0 and below 1';
  return checkNumber('validationSplit', validationSplit, words, (v) => v >= 0 && v < 1);
}

/**
 * Rows at the end that `validationSplit` holds out: ⌊share · rows⌋, with the share as it is
 * written, in decimals. (Keras trains on ⌊(1 − share) · rows⌋ in floating point, so that it holds
 * out a row more where the product is no whole number.)
 * @throws SteepestError `ERR_ARGUMENT` for a share above 0 that comes to no row
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
