import { combinations, type ParamGrid } from './grid.js';
import type { Fittable } from './jobs.js';
import { Search } from './search.js';
import { checkSearchOptions, SEARCH_KEYS, type SearchOptions } from './searchOptions.js';

/** Options of `GridSearch` and `gridSearch`. */
export interface GridSearchOptions<E = Fittable> extends SearchOptions<E> {}

/**
 * Cross-validates every combination of a parameter grid, and fits the best on all rows. It is an
 * estimator itself: `predict`, `score` and so on are those of `bestEstimator`.
 * @example
 * ```ts
 * import { data, gridSearch, type GridSearch, Ridge } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const search: GridSearch<Ridge> = gridSearch(new Ridge(), { alpha: [0.01, 100] });
 * await search.fit(x, y);
 * console.log(search.bestEstimator.getParams().alpha); // 0.01
 * ```
 */
export class GridSearch<E extends Fittable = Fittable> extends Search<E> {
  readonly type = 'GridSearch';

  /** Created by {@link gridSearch}. */
  constructor(
    estimator: E,
    readonly paramGrid: ParamGrid | readonly ParamGrid[],
    options: GridSearchOptions<E>,
  ) {
    checkSearchOptions('gridSearch', options, SEARCH_KEYS);
    super('gridSearch', estimator, options);
    combinations(paramGrid);
  }

  protected candidates(): Record<string, unknown>[] {
    return combinations(this.paramGrid);
  }

  protected space(): object {
    return { paramGrid: this.paramGrid };
  }

  /** A new search that has tried nothing, around an unfitted copy of its estimator. */
  clone(): GridSearch<E> {
    return new GridSearch(this.estimator.clone() as E, this.paramGrid, this.options);
  }
}

/**
 * A search over a parameter grid: candidates × folds fits, run concurrently on shared threads. Only
 * the best is kept (`bestEstimator`), fitted on all rows.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { data, gridSearch, LogisticRegression } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const search = gridSearch(new LogisticRegression(), { C: [0.01, 0.1, 1] }, { cv: 5 });
 * await search.fit(x, y);
 * console.log(search.results.length, Object.keys(search.bestParams)); // 3 [ 'C' ]
 * console.log((await search.predict(x)).length); // 100
 * ```
 */
export function gridSearch<E extends Fittable>(
  estimator: E,
  paramGrid: ParamGrid | readonly ParamGrid[],
  options: GridSearchOptions<E> = {},
): GridSearch<E> {
  return new GridSearch(estimator, paramGrid, options);
}
