import type { CommonDefinition } from '../../core/definition.js';

/**
 * Hyperparameters that every metric has. Absent by default: they are then neither printed nor saved.
 */
export type CommonHyperparameters = {
  /**
   * Weighs rows by `sampleWeight` and `classWeight`, as Keras's weighted_metrics: a mean over rows
   * becomes Σw·v / Σw, a count becomes a sum of weights. Without weights it changes nothing.
   */
  weighted: boolean;
};

/** What all metrics have in common. */
export const COMMON: CommonDefinition = { defaults: { weighted: undefined } };
