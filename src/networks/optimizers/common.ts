import { type Hyperparameters, type NumberRange, positive } from '../../core/definition.js';
import type { OptimizerDefinition } from './definition.js';

/**
 * Hyperparameters that every optimizer has. Absent by default: they are then neither printed nor
 * saved, and the step is the same as without them.
 */
export type CommonHyperparameters = {
  /**
   * Each element of a gradient is limited to −clipValue … clipValue, as in Keras: after the gradient
   * of the penalties has been added.
   */
  clipValue: number;
};

const RANGES: { readonly [K in keyof CommonHyperparameters]: NumberRange } = {
  clipValue: positive,
};

/** The common hyperparameters that a user gave. */
export type CommonChoice = {
  readonly [K in keyof CommonHyperparameters]?: CommonHyperparameters[K] | undefined;
};

/** The common hyperparameters among those of an optimizer. */
export const commonOf = (h: Hyperparameters): CommonChoice => h;

const DEFAULTS: { readonly [K in keyof CommonHyperparameters]: undefined } = { clipValue: undefined };

/** A table of optimizers, each with the common hyperparameters besides its own. */
export function withCommon(
  optimizers: Readonly<Record<string, OptimizerDefinition>>,
): Readonly<Record<string, OptimizerDefinition>> {
  const complete = Object.entries(optimizers).map(([name, definition]) => [
    name,
    {
      ...definition,
      defaults: { ...definition.defaults, ...DEFAULTS },
      ranges: { ...definition.ranges, ...RANGES },
    },
  ]);
  return Object.fromEntries(complete);
}
