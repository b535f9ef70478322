import { checkObject } from '../../../core/check.js';
import { SteepestError } from '../../../core/errors.js';
import { reading } from '../../../core/refuse.js';
import { matrixNames, readNumbers } from '../../../core/rows.js';
import { show } from '../../../core/show.js';
import type { ValueInput } from '../../../metrics/index.js';
import { checkNames } from '../classNames.js';
import { checkFinite } from '../importance.js';

/** Finds the coefficients of whatever has them. */

/** A fitted linear model, what contains one, or the numbers themselves. */
export type CoefficientsInput =
  | object
  | {
      /** Names of the columns. */
      names?: readonly string[];
      /** One number per column, or a row of them for each class or target. */
      values: ValueInput;
    };

/** Rows (classes or targets) × columns. */
export interface Weights {
  data: ArrayLike<number>;
  rows: number;
  names: readonly string[];
  outputs: readonly string[];
}

/** A pipeline in a search in a pipeline, and so on, ends somewhere. */
const MOST_LEVELS = 20;

interface Found {
  coef: unknown;
  names: unknown;
  classes: unknown;
}

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_NOT_FINITE`; as the model does */
export function readCoefficients(
  model: unknown,
  options: { names?: readonly string[]; classes?: readonly string[] },
): Weights {
  const { coef, names, classes } = reading('model', () => find(model));
  const what = 'the coefficients';
  const { data, rows: all, cols, isFlat } = readNumbers(what, coef, 'values');
  checkFinite(what, data);
  const [rows, columns] = isFlat ? [1, all] : [all, cols];
  const own = options.names ?? names ?? matrixNames(coef, columns);
  return {
    data,
    rows,
    names: named('names', own, columns, (j) => `x${j}`),
    outputs: named('classes', options.classes ?? ofRows(classes, rows), rows, String),
  };
}

/** Classes of the model, where it has a row for each. */
const ofRows = (classes: unknown, rows: number): unknown =>
  Array.isArray(classes) && classes.length === rows ? classes.map(String) : undefined;

function named(what: string, given: unknown, count: number, usual: (i: number) => string): readonly string[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => usual(i));
  const names = checkNames(what, given);
  if (names.length === count) return names;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with ${count} names, as many as there are ${what === 'names' ? 'columns' : 'rows of coefficients'}`,
    given: String(names.length),
    hint: 'Name each one.',
  });
}

function find(model: unknown): Found {
  let one = checkObject('model', model, 'Pass a fitted linear model, or { names, values }.');
  if ('values' in one && !('fit' in one)) return { coef: one.values, names: one.names, classes: undefined };
  for (let level = 0; level < MOST_LEVELS; level++) {
    if (one.coef !== undefined) return { coef: one.coef, names: undefined, classes: one.classes };
    const inner = lastStep(one) ?? one.bestEstimator;
    if (typeof inner !== 'object' || inner === null) break;
    one = inner as Record<string, unknown>;
  }
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a linear model, which has coefficients (coef)',
    given: show(model),
    hint: 'Use importance() with the result of permutationImportance, which works for every model.',
  });
}

/** The estimator at the end of a pipeline. */
function lastStep({ steps }: Record<string, unknown>): unknown {
  if (!Array.isArray(steps) || steps.length === 0) return undefined;
  const last: unknown = steps[steps.length - 1];
  return Array.isArray(last) ? last[1] : last;
}
