import { positive } from '../../core/definition.js';
import { type Axis, axes, type ConstraintDefinition } from './definition.js';

/** Hyperparameters of maxNorm. */
export type MaxNormHyperparameters = {
  maxValue: number;
  /** Axes over which squares are summed. Default: all but the last, one norm per unit or filter. */
  axis: Axis | undefined;
};

/**
 * w ← w·min(‖w‖, maxValue) / (1e-7 + ‖w‖) for the incoming weights of each unit (Srebro & Shraibman
 * 2005; formula and defaults of Keras, whose default axis for filters is another).
 */
export const maxNorm: ConstraintDefinition<MaxNormHyperparameters> = {
  name: 'maxNorm',
  defaults: { maxValue: 2, axis: undefined },
  ranges: { maxValue: positive, axis: axes },
  limit: (h) => h.maxValue,
};
