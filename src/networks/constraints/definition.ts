import type { DataRange, Definition, Hyperparameters } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/** The definition of a constraint. One file per constraint, one line in the registry. */
export interface ConstraintDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** The largest norm, for the op's scalar; 0 if the constraint has none. */
  limit(h: H): number;
}

/** One axis or several of a parameter's shape. Negative ones count from the end. */
export type Axis = number | readonly number[];

const isAxis = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= -4 && (value as number) <= 3;

/** An axis, or a list of axes; which of them a parameter has is checked with its shape. */
export const axes: DataRange = {
  accepts: isAxis,
  words: 'an axis of the weights, or a list of axes',
  complete(what, value) {
    if (Array.isArray(value) && value.length > 0 && value.every(isAxis)) return [...(value as number[])];
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be an axis of the weights, or a list of axes`,
      given: show(value),
      hint: 'Leave it out for one norm per unit or filter.',
    });
  },
  text: (value) => `[${(value as readonly number[]).join(', ')}]`,
};
