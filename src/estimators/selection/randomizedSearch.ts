import { checkInteger, checkObject } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type Distribution, drawFrom, isDistribution } from './distributions.js';
import { combinationAt, combinations, countCombinations, type ParamGrid } from './grid.js';
import type { Fittable } from './jobs.js';
import { Search } from './search.js';
import { checkSearchOptions, SEARCH_KEYS, type SearchOptions } from './searchOptions.js';

/** For each parameter a list of values, or a distribution; for a pipeline, as step__param. */
export type ParamDistributions = Readonly<Record<string, readonly unknown[] | Distribution>>;

/** Options of `RandomizedSearch` and `randomizedSearch`. */
export interface RandomizedSearchOptions<E = Fittable> extends SearchOptions<E> {
  /** Number of candidates to draw (10). */
  nIter?: number;
  /** Seed of the draws. 0 by default. */
  seed?: number;
}

/**
 * Cross-validates candidates drawn from lists and distributions of parameters, and fits the best on
 * all rows. It is an estimator itself: `predict`, `score` and so on are those of `bestEstimator`.
 * @example
 * ```ts
 * import { data, randomizedSearch, type RandomizedSearch, Ridge, uniform } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const space = { alpha: uniform(0, 10) };
 * const search: RandomizedSearch<Ridge> = randomizedSearch(new Ridge(), space, { nIter: 3 });
 * await search.fit(x, y);
 * console.log(search.results.length, search.bestEstimator.type); // 3 Ridge
 * ```
 */
export class RandomizedSearch<E extends Fittable = Fittable> extends Search<E> {
  readonly type = 'RandomizedSearch';
  private readonly drawn: readonly Record<string, unknown>[];

  /** Created by {@link randomizedSearch}. */
  constructor(
    estimator: E,
    readonly paramDistributions: ParamDistributions | readonly ParamDistributions[],
    readonly given: RandomizedSearchOptions<E>,
  ) {
    checkSearchOptions('randomizedSearch', given, [...SEARCH_KEYS, 'nIter', 'seed']);
    const { nIter = 10, seed = 0, ...options } = given;
    super('randomizedSearch', estimator, options);
    this.drawn = draw(paramDistributions, checkInteger('nIter', nIter), checkSeed(seed));
  }

  protected candidates(): readonly Record<string, unknown>[] {
    return this.drawn;
  }

  protected space(): object {
    const { nIter, seed } = this.given;
    return {
      paramDistributions: this.paramDistributions,
      ...(nIter === undefined ? {} : { nIter }),
      ...(seed === undefined ? {} : { seed }),
    };
  }

  /** A new search that has tried nothing, around an unfitted copy of its estimator. */
  clone(): RandomizedSearch<E> {
    return new RandomizedSearch(this.estimator.clone() as E, this.paramDistributions, this.given);
  }
}

/**
 * A search over drawn parameters: nIter × folds fits, run concurrently on shared threads. With
 * lists only, no combination is drawn twice, and all of them if there are no more than nIter. From
 * several objects each candidate draws one first, each as likely as another.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { data, LogisticRegression, logUniform, randomizedSearch } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const space = { C: logUniform(0.001, 100) };
 * const search = randomizedSearch(new LogisticRegression(), space, { nIter: 4, seed: 1 });
 * await search.fit(x, y);
 * console.log(search.results.length); // 4
 * ```
 */
export function randomizedSearch<E extends Fittable>(
  estimator: E,
  paramDistributions: ParamDistributions | readonly ParamDistributions[],
  options: RandomizedSearchOptions<E> = {},
): RandomizedSearch<E> {
  return new RandomizedSearch(estimator, paramDistributions, options);
}

/** The candidates of a seed. */
function draw(
  given: ParamDistributions | readonly ParamDistributions[],
  nIter: number,
  seed: number,
): Record<string, unknown>[] {
  const spaces = (Array.isArray(given) ? given : [given]) as readonly ParamDistributions[];
  let hasDistribution = false;
  for (const space of spaces) {
    for (const [name, values] of Object.entries(checkObject('distributions of parameters', space))) {
      if (Array.isArray(values) && values.length > 0) continue;
      hasDistribution = true;
      if (isDistribution(name, values)) continue;
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a list of values or a distribution for '${name}'`,
        given: show(values),
        hint: `Write { ${name}: [1, 10] } or { ${name}: logUniform(0.01, 100) }.`,
      });
    }
  }
  const draws = new Draws(seed, STREAMS.search);
  if (!hasDistribution) return drawDistinct(spaces as readonly ParamGrid[], nIter, draws);
  return Array.from({ length: nIter }, () => {
    const space = spaces[spaces.length === 1 ? 0 : draws.below(spaces.length)]!;
    return Object.fromEntries(
      Object.keys(space)
        .sort()
        .map((name) => {
          const values = space[name]!;
          const isList = Array.isArray(values);
          return [
            name,
            isList
              ? (values[draws.below(values.length)] as unknown)
              : drawFrom(values as Distribution, draws),
          ];
        }),
    );
  });
}

/** Combinations of lists, none twice. */
function drawDistinct(grids: readonly ParamGrid[], nIter: number, draws: Draws): Record<string, unknown>[] {
  const total = countCombinations(grids);
  if (nIter >= total) return combinations(grids);
  // Floyd's sample: one draw for each, whatever the total (Bentley & Floyd 1987).
  const chosen = new Set<number>();
  for (let i = total - nIter; i < total; i++) {
    const at = draws.below(i + 1);
    chosen.add(chosen.has(at) ? i : at);
  }
  return [...chosen].map((i) => combinationAt(grids, i));
}
