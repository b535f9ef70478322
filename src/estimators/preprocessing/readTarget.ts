import { SteepestError } from '../../core/errors.js';
import { labelList } from '../../core/labels.js';
import { checkRowCount } from '../../core/refuse.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { encodeClasses, type Label, type LabelInput } from '../base/labels.js';
import { readTargets } from '../base/targets.js';
import type { Target } from './targetMeans.js';

export type TargetType = 'continuous' | 'binary' | 'multiclass';

export interface ReadTarget {
  target: Target;
  type: TargetType;
  /** Undefined for numbers. */
  classes: readonly Label[] | undefined;
}

/**
 * Reads y as what it is wanted to be. 'auto' takes numbers with a fraction for continuous, and all
 * else for classes, as scikit-learn's `type_of_target` does.
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`;
 *   `ERR_LABEL_RANGE` for more than two classes where two are wanted
 */
export function readTarget(y: unknown, rows: number, wanted: 'auto' | TargetType): ReadTarget {
  const list = labelList('y', y);
  checkRowCount('y', list.length, 'X', rows);
  const isFraction = (label: unknown): boolean => typeof label === 'number' && !Number.isInteger(label);
  if (wanted === 'continuous' || (wanted === 'auto' && Array.prototype.some.call(list, isFraction))) {
    const { data } = readTargets('y', y as TargetInput, rows);
    return { target: { kind: 'numbers', values: data }, type: 'continuous', classes: undefined };
  }
  const { classes, codes } = encodeClasses('y', y as LabelInput);
  const type = wanted === 'multiclass' || (wanted === 'auto' && classes.length > 2) ? 'multiclass' : 'binary';
  if (type === 'binary' && classes.length > 2) {
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: "y with two classes for targetType 'binary'",
      given: `${classes.length}`,
      hint: "Use targetType: 'multiclass' or 'continuous'.",
    });
  }
  const outputs = type === 'binary' ? 1 : classes.length;
  const first = type === 'binary' ? 1 : 0;
  return { target: { kind: 'classes', codes, first, outputs }, type, classes };
}
