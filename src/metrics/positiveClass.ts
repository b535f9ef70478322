/** Which of two classes counts as positive. */
import { SteepestError } from '../core/errors.js';
import { type Label, showLabel } from './inputs.js';

/** The positive class where none is named: 1 of the numbers 0/1 or −1/1, true of booleans. */
export function usualPositive(present: readonly Label[]): Label | undefined {
  if (typeof present[0] === 'boolean') return true;
  const isUsual = [0, -1].some((other) => present.every((label) => label === other || label === 1));
  return isUsual ? 1 : undefined;
}

/** Whether it can be the positive one of at most two classes, of which one may not occur. */
export function isOneOf(posLabel: Label, present: readonly Label[]): boolean {
  return typeof posLabel === typeof present[0] && (present.length < 2 || present.includes(posLabel));
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function refusePosLabel(
  posLabel: Label | undefined,
  present: readonly Label[],
  hint = 'Set posLabel to the class that counts as positive.',
): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `posLabel to be one of the classes ${present.map(showLabel).join(', ')}`,
    given: posLabel === undefined ? 'none' : showLabel(posLabel),
    hint,
  });
}
