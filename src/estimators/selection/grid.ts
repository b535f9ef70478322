import { type Align, alignColumns } from '../../core/alignColumns.js';
import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { FoldResult } from './evaluation.js';
import { type FoldScores, foldScores, meanTimes, showScores } from './foldScores.js';

/** Values to try for each parameter; for a pipeline, as step__param. */
export type ParamGrid = Readonly<Record<string, readonly unknown[]>>;

/**
 * One combination of parameters and its results.
 * @example
 * ```ts
 * import { type Candidate, data, gridSearch, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const search = await gridSearch(new Ridge(), { alpha: [0.01, 100] }).fit(x, y);
 * const text = ({ params, test }: Candidate) => `${params.alpha}: ${test.score!.rank}`;
 * console.log(search.results.map(text)); // [ '0.01: 1', '100: 2' ]
 * ```
 */
export interface Candidate {
  params: Readonly<Record<string, unknown>>;
  /**
   * By score: the score of each fold, mean, standard deviation, and rank (1 is best; equal means
   * share a rank).
   */
  test: Readonly<Record<string, CandidateScore>>;
  /** With `returnTrainScore`. */
  train?: Readonly<Record<string, FoldScores>>;
  meanFitTimeMs: number;
  meanScoreTimeMs: number;
}

/**
 * A score of a candidate on the folds, and its rank: 1 is the best.
 * @example
 * ```ts
 * import { type CandidateScore, data, gridSearch, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const search = await gridSearch(new Ridge(), { alpha: [0.01, 100] }, { cv: 3 }).fit(x, y);
 * const score: CandidateScore = search.results[0]!.test.score!;
 * console.log(score.folds.length, score.rank); // 3 1
 * ```
 */
export interface CandidateScore extends FoldScores {
  rank: number;
}

/**
 * All candidates, in the order of the grid; `String(results)` is a table, best first.
 * @example
 * ```ts
 * import { data, type GridResults, gridSearch, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const search = await gridSearch(new Ridge(), { alpha: [0.01, 100] }).fit(x, y);
 * const results: GridResults = search.results;
 * console.log(String(results).split('\n')[0]!.includes('alpha')); // true
 * ```
 */
export interface GridResults extends ReadonlyArray<Candidate> {
  toString(): string;
}

/**
 * All combinations: names in alphabetical order, the last one varying fastest, as in scikit-learn.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY`
 */
export function combinations(paramGrid: ParamGrid | readonly ParamGrid[]): Record<string, unknown>[] {
  const grids = (Array.isArray(paramGrid) ? paramGrid : [paramGrid]) as readonly ParamGrid[];
  return Array.from({ length: countCombinations(grids) }, (_, i) => combinationAt(grids, i));
}

const sizeOf = (grid: ParamGrid): number =>
  Object.values(grid).reduce((product, values) => product * values.length, 1);

/** How many combinations there are. @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY` */
export function countCombinations(grids: readonly ParamGrid[]): number {
  for (const grid of grids) {
    for (const [name, values] of Object.entries(checkObject('a grid of parameters', grid))) {
      if (Array.isArray(values) && values.length > 0) continue;
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a list of values to try for '${name}'`,
        given: show(values),
        hint: `Write { ${name}: [1, 10] }.`,
      });
    }
  }
  const total = grids.reduce((sum, grid) => sum + sizeOf(grid), 0);
  if (total > 0) return total;
  throw new SteepestError('ERR_EMPTY', {
    expected: 'at least one grid of parameters',
    given: 'none',
    hint: 'Write { C: [0.1, 1, 10] }.',
  });
}

/** Combination number i. */
export function combinationAt(grids: readonly ParamGrid[], i: number): Record<string, unknown> {
  let left = i;
  const grid = grids.find((one) => {
    const size = sizeOf(one);
    if (left < size) return true;
    left -= size;
    return false;
  })!;
  const chosen: [string, unknown][] = [];
  for (const name of Object.keys(grid).sort().reverse()) {
    const values = grid[name]!;
    chosen.push([name, values[left % values.length]]);
    left = Math.floor(left / values.length);
  }
  return Object.fromEntries(chosen.reverse());
}

/** Scores of all candidates, from their results on every fold. */
export function summarise(
  candidates: readonly Record<string, unknown>[],
  perCandidate: readonly (readonly FoldResult[])[],
  names: readonly string[],
  hasTrain: boolean,
): GridResults {
  const tests = perCandidate.map((results) => names.map((name) => foldScores(results, 'test', name)));
  const list = candidates.map((params, c): Candidate => {
    const results = perCandidate[c]!;
    const ranked = names.map((name, s) => {
      const one = tests[c]![s]!;
      return [
        name,
        {
          ...one,
          rank: rankOf(
            one.mean,
            tests.map((other) => other[s]!.mean),
          ),
        },
      ] as const;
    });
    return {
      params,
      test: Object.fromEntries(ranked),
      ...(hasTrain
        ? { train: Object.fromEntries(names.map((name) => [name, foldScores(results, 'train', name)])) }
        : {}),
      ...meanTimes(results),
    };
  });
  return Object.assign(list, { toString: () => print(list, names) });
}

/** 1 + the number of better ones; NaN is worse than any number. */
function rankOf(mean: number, all: readonly number[]): number {
  return 1 + all.filter((other) => (Number.isNaN(mean) ? !Number.isNaN(other) : other > mean)).length;
}

/** Index of the best candidate; the first of equals. */
export function bestOf(results: GridResults, name: string): number {
  return results.findIndex(({ test }) => test[name]!.rank === 1);
}

function print(list: readonly Candidate[], names: readonly string[]): string {
  const first = names[0]!;
  const params = [...new Set(list.flatMap((candidate) => Object.keys(candidate.params)))].sort();
  const rows = [...list]
    .sort((a, b) => a.test[first]!.rank - b.test[first]!.rank)
    .map((candidate) => [
      String(candidate.test[first]!.rank),
      ...params.map((name) => (name in candidate.params ? cell(candidate.params[name]) : '')),
      ...names.map((name) => showScores(candidate.test[name]!)),
      candidate.meanFitTimeMs.toFixed(0),
    ]);
  const head = ['rank', ...params, ...names, 'fit ms'];
  const align = head.map((_, i): Align => (i >= 1 && i <= params.length ? 'left' : 'right'));
  return alignColumns(head, rows, align);
}

function cell(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'type' in value) return String(value.type);
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
