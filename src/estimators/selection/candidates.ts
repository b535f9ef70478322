import type { Work } from './cluster/division.js';
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

/** All fits, by the number of the fold and of the candidate: the fits of a fold are together. */
function workOf(folds: readonly Fold[], candidates: number): Work {
  const costs = folds.flatMap((fold) => new Array<number>(candidates).fill(costOf(fold)));
  return { costs, kinds: costs.map((_, job) => job % candidates) };
}

type FoldRows = ReturnType<typeof foldRows>;

/** The rows of folds: of those that fits run on, and of the latest, which the next one may need. */
class RowsOfFolds {
  private readonly held = new Map<number, { rows: FoldRows; users: number }>();
  private latest = -1;

  constructor(private readonly evaluation: Evaluation) {}

  async use<T>(fold: number, work: (rows: FoldRows) => Promise<T>): Promise<T> {
    this.latest = fold;
    for (const number of this.held.keys()) this.release(number);
    let entry = this.held.get(fold);
    if (entry === undefined) {
      entry = { rows: foldRows(this.evaluation, this.evaluation.folds[fold]!), users: 0 };
      this.held.set(fold, entry);
    }
    entry.users++;
    try {
      return await work(entry.rows);
    } finally {
      entry.users--;
      this.release(fold);
    }
  }

  private release(fold: number): void {
    if (fold !== this.latest && this.held.get(fold)!.users === 0) this.held.delete(fold);
  }
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
  const rank = call?.rank ?? 0;
  let ended = 0;
  const tell = ({ test, fitTimeMs }: FoldResult, job: number): void => {
    const params = candidates[job % candidates.length]!;
    const fold = Math.floor(job / candidates.length);
    // The first rank reports the fits of all.
    if (rank === 0) report?.({ done: ++ended, total, params, fold, scores: { ...test }, fitTimeMs });
  };
  const rowsOfFolds = new RowsOfFolds(evaluation);
  const jobs = folds.flatMap((fold, number) =>
    candidates.map((params, c) => async (jobSignal: AbortSignal) => {
      const clone = cloneForJob(estimator, limit, params);
      const result = await rowsOfFolds.use(number, (rows) =>
        fitAndScore(clone, evaluation, fold, jobSignal, rows),
      );
      tell(result, number * candidates.length + c);
      return result;
    }),
  );
  const sending = sendingResults(estimator, evaluation);
  const work = workOf(folds, candidates.length);
  const done = await runSharedJobs(jobs, work, limit, signal, call, {
    ...sending,
    received(result, job) {
      sending.received?.(result, job);
      tell(result, job);
    },
  });
  return candidates.map((_, c) => folds.map((_, f) => done[f * candidates.length + c]!));
}
