import { type Evaluation, type FoldResult, fitAndScore, foldRows } from './crossValidate.js';
import { cloneForJob, type Fittable, runJobs } from './jobs.js';
import type { SearchProgressFunction } from './searchProgress.js';

/**
 * Fits and scores every candidate on every fold.
 * @param candidates settings of the estimator's parameters
 * @returns the results of each candidate's folds
 * @throws SteepestError for a wrong name or value of a parameter, before the first fit; otherwise
 *   as `crossValidate`
 */
export async function evaluateCandidates(
  estimator: Fittable,
  evaluation: Evaluation,
  candidates: readonly Record<string, unknown>[],
  { signal, report }: { signal?: AbortSignal | undefined; report?: SearchProgressFunction },
): Promise<FoldResult[][]> {
  const { folds, limit } = evaluation;
  for (const params of candidates) cloneForJob(estimator, limit, params);
  const total = folds.length * candidates.length;
  let ended = 0;
  const jobs = folds.flatMap((fold, number) => {
    // The rows of a fold are selected when its first candidate needs them, and released after its
    // last.
    let rows: ReturnType<typeof foldRows> | undefined;
    let left = candidates.length;
    return candidates.map((params) => async (jobSignal: AbortSignal) => {
      rows ??= foldRows(evaluation, fold);
      try {
        const clone = cloneForJob(estimator, limit, params);
        const result = await fitAndScore(clone, evaluation, fold, jobSignal, rows);
        const { test: scores, fitTimeMs } = result;
        report?.({ done: ++ended, total, params, fold: number, scores: { ...scores }, fitTimeMs });
        return result;
      } finally {
        left--;
        if (left === 0) rows = undefined;
      }
    });
  });
  const done = await runJobs(jobs, limit, signal);
  return candidates.map((_, c) => folds.map((_, f) => done[f * candidates.length + c]!));
}
