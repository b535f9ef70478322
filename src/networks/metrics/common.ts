import type { MetricDefinition } from './definition.js';

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

/** A table of metrics, each with the common hyperparameters besides its own. */
export const withCommon = (
  metrics: Readonly<Record<string, MetricDefinition>>,
): Readonly<Record<string, MetricDefinition>> =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, definition]) => [
      name,
      { ...definition, defaults: { ...definition.defaults, weighted: undefined } },
    ]),
  );
