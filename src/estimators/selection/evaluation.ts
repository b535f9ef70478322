import type { SharedCall } from './cluster/inStep.js';
import type { Fold } from './folds.js';
import type { Fittable } from './jobs.js';
import type { RowsInput } from './rows.js';
import type { Scorers } from './scorers.js';

/**
 * The score of a failed fit: 'raise' rejects with its error, a number is used as its score.
 * @example
 * ```ts
 * import { crossValidate, data, type ErrorScore, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * // A fit that fails scores NaN, and the others go on.
 * const errorScore: ErrorScore = NaN;
 * const { mean } = await crossValidate(new Ridge(), x, y, { errorScore });
 * console.log(mean.score! > 0.9); // true
 * ```
 */
export type ErrorScore = 'raise' | number;

/** The data to fit and score on: the same for all candidates. */
export interface Evaluation {
  x: RowsInput;
  y: RowsInput;
  folds: readonly Fold[];
  scorers: Scorers;
  returnTrainScore: boolean;
  sampleWeight: Float64Array | undefined;
  errorScore: ErrorScore;
  limit: number;
  /** With a cluster of several ranks. */
  call: SharedCall | undefined;
}

/** One fit and its scores. */
export interface FoldResult {
  test: Record<string, number>;
  train: Record<string, number> | undefined;
  fitTimeMs: number;
  scoreTimeMs: number;
  estimator: Fittable;
  /** Of a fit that failed and counts as a number. */
  warning?: string;
}
