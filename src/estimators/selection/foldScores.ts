/** Scores over the folds, as searches and curves report and print them. */
import { deviationOf, meanOf, SCORE_DIGITS } from './crossValidate.js';
import type { FoldResult } from './evaluation.js';

/** A score of each fold, and their summary. */
export interface FoldScores {
  folds: Float64Array;
  mean: number;
  /** Standard deviation over folds, divided by n. */
  std: number;
}

export function foldScores(results: readonly FoldResult[], part: 'test' | 'train', name: string): FoldScores {
  const folds = Float64Array.from(results, (result) => result[part]![name]!);
  return { folds, mean: meanOf(folds), std: deviationOf(folds) };
}

export const meanTimes = (results: readonly FoldResult[]) => ({
  meanFitTimeMs: meanOf(results.map(({ fitTimeMs }) => fitTimeMs)),
  meanScoreTimeMs: meanOf(results.map(({ scoreTimeMs }) => scoreTimeMs)),
});

export const showScores = ({ mean, std }: FoldScores): string =>
  `${mean.toFixed(SCORE_DIGITS)} ± ${std.toFixed(SCORE_DIGITS)}`;
