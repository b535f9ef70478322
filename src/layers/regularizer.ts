import { checkKeys, checkNumber } from './check.js';

/** Penalty on a parameter: l1·Σ|w| + l2·Σw², added to the loss (Keras's meaning; no factor ½). */
export interface Regularizer {
  l1?: number;
  l2?: number;
}

export function completeRegularizer(what: string, given: Regularizer | undefined): Required<Regularizer> {
  const { l1 = 0, l2 = 0, ...rest } = given ?? {};
  checkKeys(what, rest, ['l1', 'l2']);
  const words = 'a number of at least 0';
  return {
    l1: checkNumber(`${what}.l1`, l1, words, (v) => v >= 0),
    l2: checkNumber(`${what}.l2`, l2, words, (v) => v >= 0),
  };
}
