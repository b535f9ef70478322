import type { SavedEstimator, SavedState } from '../base/saved.js';
import type { Dump } from './dump.js';

/** Converts an estimator inside of another. */
export type Convert = (value: unknown) => SavedEstimator;

/** How a class of scikit-learn becomes ours, of the same name. One line of a table per class. */
export interface SklearnClass {
  /** Parameters that decide what the fitted estimator computes, by our names. */
  decisive?: readonly string[];
  /** An estimator of estimators, which has none of its parameters but those of `params`. */
  hasSteps?: boolean;
  /** Parameters in place of those with the same names. */
  params?(dump: Dump): object;
  /** What was learned, as `save` writes it. */
  state(dump: Dump, convert: Convert): SavedState;
}
