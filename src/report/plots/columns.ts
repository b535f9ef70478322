import { SteepestError } from '../../core/errors.js';
import { countOf } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import type { ValueInput } from '../../metrics/index.js';
import { readValues, sameRows } from '../../metrics/inputs.js';

/**
 * One number per row, missing ones as NaN.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`, `ERR_EMPTY`
 */
export function readColumn(what: string, input: unknown): ArrayLike<number> {
  const { data, cols } = readNumbers(what, input, 'values');
  if (cols === 1) return data;
  throw oneColumn(what, cols);
}

const oneColumn = (what: string, cols: number): SteepestError =>
  new SteepestError('ERR_SHAPE', {
    expected: `${what} with one number per row`,
    given: countOf(cols, 'column'),
    hint: 'Draw one column at a time.',
  });

/**
 * Targets and predictions, one finite number per row each.
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_NOT_FINITE`
 */
export function readTargets(
  yTrue: ValueInput,
  yPred: ValueInput,
): { truth: ArrayLike<number>; guess: ArrayLike<number> } {
  const truth = readValues('yTrue', yTrue);
  const guess = readValues('yPred', yPred);
  if (truth.cols !== 1) throw oneColumn('yTrue', truth.cols);
  if (guess.cols !== 1) throw oneColumn('yPred', guess.cols);
  sameRows('yPred', guess.rows, truth.rows);
  return { truth: truth.data, guess: guess.data };
}

/** @throws SteepestError `ERR_EMPTY` for rows of which none has a finite number */
export function refuseNothing(what: string): never {
  throw new SteepestError('ERR_EMPTY', {
    expected: `at least one finite number in ${what}`,
    given: 'none',
    hint: 'Pass some data.',
  });
}

/** @throws SteepestError `ERR_ARGUMENT` unless it is one of these words */
export function checkWord<T extends string>(what: string, value: unknown, words: readonly T[]): T {
  if (words.includes(value as T)) return value as T;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be one of ${words.map((word) => `'${word}'`).join(', ')}`,
    given: show(value),
    hint: 'Use one of these.',
  });
}
