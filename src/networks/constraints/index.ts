import { type Choice, completeChoice, resolveChoice } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { CONSTRAINED, CONSTRAINTS } from '../../kernels/contract.js';
import type { Constraint as ArrayConstraint } from '../../program/parameters.js';
import type { Axis, ConstraintDefinition } from './definition.js';
import { maxNorm } from './maxNorm.js';
import { nonNeg } from './nonNeg.js';
import { unitNorm } from './unitNorm.js';

/** The registry: one line per constraint. Their numbers are in `CONSTRAINTS` of the contract. */
const TABLE = {
  maxNorm,
  nonNeg,
  unitNorm,
} satisfies Record<keyof typeof CONSTRAINTS, ConstraintDefinition>;

/**
 * The name of a constraint.
 * @example
 * ```ts
 * import type { ConstraintName } from 'steepest';
 * const name: ConstraintName = 'maxNorm';
 * ```
 */
export type ConstraintName = keyof typeof TABLE;

/**
 * A condition that the weights of a layer meet after every update: a name, or with hyperparameters,
 * such as `{ name: 'maxNorm', maxValue: 3 }`.
 * @example
 * ```ts
 * import type { Constraint } from 'steepest';
 * const constraint: Constraint = { name: 'maxNorm', maxValue: 3 };
 * ```
 */
export type Constraint = Choice<typeof TABLE>;

/**
 * The names of all constraints on weights.
 * @example
 * ```ts
 * import { constraintNames } from 'steepest';
 * console.log(constraintNames.includes('maxNorm')); // true
 * ```
 */
export const constraintNames = Object.keys(TABLE) as ConstraintName[];

const ALIASES = {
  names: {
    maxnorm: 'maxNorm',
    nonNegative: 'nonNeg',
    positive: 'nonNeg',
    minMaxNorm: '',
    radialConstraint: '',
  },
  hyperparameters: { max: 'maxValue', limit: 'maxValue', norm: 'maxValue', axes: 'axis', dim: 'axis' },
};

/**
 * Checks a constraint on an array of this rank.
 * @param what the option, for messages: `dense.kernelConstraint`
 * @returns its complete form, which JSON can hold; undefined if there is none
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function completeConstraint(
  what: string,
  given: Constraint | undefined,
  rank: number,
): Constraint | undefined {
  if (given === undefined) return undefined;
  const chosen = resolveChoice<ConstraintDefinition>(what, given, TABLE, ALIASES);
  const choice = completeChoice(chosen);
  const complete = typeof choice === 'string' ? { name: choice } : choice;
  if ('axis' in chosen.definition.defaults) {
    const axis = sortedAxes(chosen.hyperparameters.axis as Axis | undefined, rank);
    overOf(axis, rank) ?? refuseAxis(what, chosen.hyperparameters.axis, rank);
    Object.assign(complete, { axis });
  }
  return complete as Constraint;
}

/** A complete constraint on an array of this rank, for its op. */
export function arrayConstraint(complete: Constraint | undefined, rank: number): ArrayConstraint | undefined {
  if (complete === undefined) return undefined;
  const { definition, hyperparameters } = resolveChoice<ConstraintDefinition>('', complete, TABLE, ALIASES);
  const axis = sortedAxes(hyperparameters.axis as Axis | undefined, rank);
  return {
    constraint: definition.name as ConstraintName,
    over: overOf(axis, rank) ?? 'columns',
    limit: definition.limit(hyperparameters),
  };
}

/** Axes counted from 0, in order, each once. Default: all but the last, and that of a vector. */
function sortedAxes(axis: Axis | undefined, rank: number): number[] {
  const usual = Array.from({ length: Math.max(1, rank - 1) }, (_, i) => i);
  const given = axis === undefined ? usual : typeof axis === 'number' ? [axis] : axis;
  return [...new Set(given.map((a) => (a < 0 ? a + rank : a)))].sort((a, b) => a - b);
}

/** What norms over these axes are of, in the matrix of an array's last axis and all others. */
function overOf(axis: readonly number[], rank: number): keyof typeof CONSTRAINED | undefined {
  const last = rank - 1;
  if (axis.some((a) => a < 0 || a > last)) return undefined;
  if (axis.length === rank) return 'all';
  if (axis.length === 1 && axis[0] === last) return 'rows';
  return axis.length === last && !axis.includes(last) ? 'columns' : undefined;
}

function refuseAxis(what: string, given: unknown, rank: number): never {
  const list = (length: number): string => `[${Array.from({ length }, (_, i) => i).join(', ')}]`;
  const choices = rank === 1 ? '0' : `${list(rank - 1)}, ${rank - 1} or ${list(rank)}`;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what}.axis to be ${choices}`,
    given: show(given),
    hint: 'Leave it out for one norm per unit or filter.',
  });
}
