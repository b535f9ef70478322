import type { NoHyperparameters } from '../../core/definition.js';
import type { ConstraintDefinition } from './definition.js';

/** w ← max(w, 0). */
export const nonNeg: ConstraintDefinition<NoHyperparameters> = {
  name: 'nonNeg',
  defaults: {},
  ranges: {},
  limit: () => 0,
};
