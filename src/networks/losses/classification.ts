import type { NoHyperparameters } from '../../core/definition.js';
import type { LossDefinition } from './definition.js';
import { elementLoss } from './regression.js';
import { CLASS_COLUMNS, SIGNS } from './targetRange.js';

const HINT_COLUMNS = 'Give each class a column of 0 and 1.';

/**
 * L = mean over rows and columns of max(1 − t·y, 0); targets are −1 and 1, or 0 and 1, and 0 stands
 * for −1 (Keras's Hinge). The subgradient at t·y = 1 is 0.
 */
export const hinge = { ...elementLoss('hinge', 'hinge', SIGNS), classes: 'scores' } as const;

/** L = mean over rows and columns of max(1 − t·y, 0)², with the targets of `hinge`. */
export const squaredHinge = {
  ...elementLoss('squaredHinge', 'squaredHinge', SIGNS),
  classes: 'scores',
} as const;

/**
 * L = mean over rows of max(max_j (1 − t_j)·y_j − Σ_j t_j·y_j + 1, 0) (Keras's CategoricalHinge).
 * Of several largest columns, the first has the gradient.
 */
export const categoricalHinge: LossDefinition<NoHyperparameters> = {
  name: 'categoricalHinge',
  defaults: {},
  ranges: {},
  targets: 'matrix',
  fuses: undefined,
  classes: 'scores',
  targetRange: CLASS_COLUMNS,
  hintOneColumn: HINT_COLUMNS,
  emit(builder, { prediction, target, gradient, rowLoss }) {
    const operands = { y: prediction, target, dy: gradient, rowLoss };
    builder.emit('categoricalHinge', operands, {}, { label: 'categoricalHinge' });
    return prediction;
  },
};

/**
 * L = mean over rows of Σ_j t_j·log(t_j / y_j), both clipped to [1e-7, 1] (Keras's KLDivergence).
 * A clipped prediction has no gradient.
 */
export const klDivergence: LossDefinition<NoHyperparameters> = {
  ...elementLoss('klDivergence', 'klDivergence', CLASS_COLUMNS),
  classes: 'probabilities',
  hintOneColumn: HINT_COLUMNS,
};
