import { divideJobs } from './cluster/division.js';
import { sendingResults } from './cluster/evaluations.js';
import { runSharedJobs } from './cluster/sharedJobs.js';
import { costOf, fitAndScore, foldRows } from './crossValidate.js';
import type { Evaluation, FoldResult } from './evaluation.js';
import type { Fold } from './folds.js';
import { cloneForJob, type Fittable } from './jobs.js';
import type { SearchProgressFunction } from './searchProgress.js';

/** @throws SteepestError for a wrong name or value of a parameter, before the first fit */
export function checkCandidates(
  estimator: Fittable,
  { limit }: Evaluation,
  candidates: readonly Record<string, unknown>[],
): void {
  for (const params of candidates) cloneForJob(estimator, limit, params);
}

/**
 * The rank of each fit, by the number of its fold and of its candidate.
 * @returns owners in the order of jobs: the fits of a fold are together
 */
function ownersOf(folds: readonly Fold[], candidates: number, ranks: number): number[] {
  const costs = folds.flatMap((fold) => new Array<number>(candidates).fill(costOf(fold)));
  // A candidate's folds one after another, so that the ranks share the work of each.
  const byCandidate = costs.map((_, k) => (k % folds.length) * candidates + Math.floor(k / folds.length));
  return divideJobs(costs, ranks, byCandidate);
}

/**
 * Fits and scores every candidate on every fold.
 * @param candidates settings of the estimator's parameters, which {@link checkCandidates} has seen
 * @returns the results of each candidate's folds
 * @throws SteepestError as `crossValidate`
 */
export async function evaluateCandidates(
  estimator: Fittable,
  evaluation: Evaluation,
  candidates: readonly Record<string, unknown>[],
  { signal, report }: { signal?: AbortSignal | undefined; report?: SearchProgressFunction },
): Promise<FoldResult[][]> {
  const { folds, limit, call } = evaluation;
  const total = folds.length * candidates.length;
  const owners = ownersOf(folds, candidates.length, call?.size ?? 1);
  const rank = call?.rank ?? 0;
  let ended = 0;
  const tell = ({ test, fitTimeMs }: FoldResult, job: number): void => {
    const params = candidates[job % candidates.length]!;
    const fold = Math.floor(job / candidates.length);
    // The first rank reports the fits of all.
    if (rank === 0) report?.({ done: ++ended, total, params, fold, scores: { ...test }, fitTimeMs });
  };
  const jobs = folds.flatMap((fold, number) => {
    // The rows of a fold are selected when its first candidate needs them, and released after its
    // last.
    let rows: ReturnType<typeof foldRows> | undefined;
    const first = number * candidates.length;
    let left = candidates.filter((_, c) => owners[first + c] === rank).length;
    return candidates.map((params, c) => async (jobSignal: AbortSignal) => {
      rows ??= foldRows(evaluation, fold);
      try {
        const clone = cloneForJob(estimator, limit, params);
        const result = await fitAndScore(clone, evaluation, fold, jobSignal, rows);
        tell(result, first + c);
        return result;
      } finally {
        left--;
        if (left === 0) rows = undefined;
      }
    });
  });
  const sending = sendingResults(estimator, owners, evaluation);
  const done = await runSharedJobs(jobs, limit, signal, call, {
    ...sending,
    received(result, job) {
      sending.received?.(result, job);
      tell(result, job);
    },
  });
  return candidates.map((_, c) => folds.map((_, f) => done[f * candidates.length + c]!));
}
