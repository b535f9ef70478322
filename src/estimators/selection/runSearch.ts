import { show } from '../../core/show.js';
import { checkCandidates, evaluateCandidates } from './candidates.js';
import { agreed, type Print, printOfValue } from './cluster/agreement.js';
import { printOf } from './cluster/evaluations.js';
import type { SharedCall } from './cluster/inStep.js';
import { onEveryRank } from './cluster/sharedJobs.js';
import { prepare } from './crossValidate.js';
import { bestOf, type Candidate, type GridResults, summarise } from './grid.js';
import { type Fittable, fitOptions, freshParams } from './jobs.js';
import type { RowsInput, TargetRows } from './rows.js';
import type { SearchFitOptions, SearchOptions } from './searchOptions.js';
import type { SearchProgressFunction } from './searchProgress.js';

/** What is searched. */
export interface SearchSubject {
  estimator: Fittable;
  settings: SearchOptions<never>;
  candidates: readonly Record<string, unknown>[];
  /** The grid or the distributions, in words. */
  space: string;
  /** The name of the deciding score, if there is one. */
  deciding: string | undefined;
}

/** The result of the search. */
export interface Found {
  results: GridResults;
  /** The best candidate by the deciding score, if there is one. */
  best: Candidate | undefined;
  bestIndex: number;
  score: number;
  estimator: Fittable | undefined;
  refitTimeMs: number | undefined;
}

/**
 * Fits and scores all candidates, then the best one on all rows.
 * @throws SteepestError as `crossValidate`
 */
export async function runSearch(
  subject: SearchSubject,
  x: RowsInput,
  y: TargetRows,
  { signal, sampleWeight, groups }: Omit<SearchFitOptions, 'progress' | 'cluster'>,
  report: SearchProgressFunction,
  call: SharedCall | undefined,
): Promise<Found> {
  const { estimator, settings, candidates, deciding } = subject;
  const { refit, ...rest } = settings;
  const evaluation = await agreed(
    call,
    async () => {
      const prepared = await prepare(estimator, x, y, { ...rest, sampleWeight, groups }, call);
      checkCandidates(estimator, prepared, candidates);
      return prepared;
    },
    async (prepared) => printOf(estimator, prepared, rest.scoring, await printOfSpace(subject)),
  );
  const perCandidate = await evaluateCandidates(estimator, evaluation, candidates, { signal, report });
  const { scorers, returnTrainScore } = evaluation;
  const results = summarise(candidates, perCandidate, scorers.names, returnTrainScore);
  const bestIndex = deciding === undefined ? -1 : bestOf(results, deciding);
  const best = results[bestIndex];
  const found: Found = {
    results,
    best,
    bestIndex,
    score: best === undefined ? Number.NaN : best.test[deciding!]!.mean,
    estimator: undefined,
    refitTimeMs: undefined,
  };
  if (best === undefined || refit === false) return found;
  await onEveryRank(call, signal, async (stop) => {
    const begin = performance.now();
    found.estimator = estimator.clone();
    found.estimator.setParams(freshParams(best.params) as never);
    await found.estimator.fit(x as never, y as never, fitOptions(stop, sampleWeight));
    found.refitTimeMs = performance.now() - begin;
  });
  return found;
}

async function printOfSpace({ candidates, space, settings }: SearchSubject): Promise<Print> {
  return {
    candidates: await printOfValue(`${candidates.length} of ${space}`, candidates),
    refit: [show(settings.refit ?? true)],
  };
}
