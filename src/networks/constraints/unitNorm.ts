import { type Axis, axes, type ConstraintDefinition } from './definition.js';

/** Hyperparameters of unitNorm. */
export type UnitNormHyperparameters = {
  /** Axes over which squares are summed. Default: all but the last, one norm per unit or filter. */
  axis: Axis | undefined;
};

/** w ← w / (1e-7 + ‖w‖) for the incoming weights of each unit (formula of Keras). */
export const unitNorm: ConstraintDefinition<UnitNormHyperparameters> = {
  name: 'unitNorm',
  defaults: { axis: undefined },
  ranges: { axis: axes },
  limit: () => 0,
};
