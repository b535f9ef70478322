import { checkFloat32, checkKeys, checkOptions, orDefault } from '../../core/check.js';
import { fieldsOf } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/**
 * Penalty on a parameter: l1·Σ|w| + l2·Σw², added to the loss (as in Keras; no factor ½).
 * @example
 * ```ts
 * import type { Regularizer } from 'steepest';
 * const regularizer: Regularizer = { l2: 1e-4 };
 * ```
 */
export interface Regularizer {
  l1?: number;
  l2?: number;
}

const ALIASES = { lambda: 'l2', alpha: 'l2', weightDecay: 'l2' };

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
export function completeRegularizer(
  what: string,
  regularizer: Regularizer | undefined,
): Required<Regularizer> {
  if (regularizer === undefined) return { l1: 0, l2: 0 };
  if (typeof regularizer !== 'object' || regularizer === null || Array.isArray(regularizer)) {
    refuse(what, regularizer);
  }
  checkOptions(what, regularizer);
  const given = fieldsOf(what, regularizer);
  checkKeys(what, given, ['l1', 'l2'], ALIASES);
  const words = 'a number from 0 to 3.4e38';
  return {
    l1: checkFloat32(`${what}.l1`, orDefault(given.l1, 0), words, (v) => v >= 0),
    l2: checkFloat32(`${what}.l2`, orDefault(given.l2, 0), words, (v) => v >= 0),
  };
}

/** Keras also accepts names, which mean a factor of 0.01. */
function refuse(what: string, given: unknown): never {
  const strength = typeof given === 'number' && given > 0 ? given : 0.01;
  const name = typeof given === 'string' ? given.toLowerCase().replace(/[^a-z0-9]/g, '') : '';
  const l1 = `l1: ${strength}`;
  const l2 = `l2: ${strength}`;
  const fields = name === 'l1' ? l1 : name === 'l1l2' ? `${l1}, ${l2}` : l2;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be an object { l1, l2 }`,
    given: show(given),
    hint: `Write { ${fields} }, or leave it out for no penalty.`,
  });
}
