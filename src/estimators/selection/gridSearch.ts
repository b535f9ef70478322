import { checkOptions } from '../base/fitOptions.js';
import { combinations, type ParamGrid } from './grid.js';
import type { Fittable } from './jobs.js';
import { SEARCH_KEYS, Search, type SearchOptions } from './search.js';

export interface GridSearchOptions<E = Fittable> extends SearchOptions<E> {}

/**
 * Cross-validates every combination of a parameter grid, and fits the best on all rows. It is an
 * estimator itself: `predict`, `score` and so on are those of `bestEstimator`.
 */
export class GridSearch<E extends Fittable = Fittable> extends Search<E> {
  readonly type = 'GridSearch';

  /** Created by {@link gridSearch}. */
  constructor(
    estimator: E,
    readonly paramGrid: ParamGrid | readonly ParamGrid[],
    options: GridSearchOptions<E>,
  ) {
    checkOptions('gridSearch', options, SEARCH_KEYS);
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
 */
export function gridSearch<E extends Fittable>(
  estimator: E,
  paramGrid: ParamGrid | readonly ParamGrid[],
  options: GridSearchOptions<E> = {},
): GridSearch<E> {
  return new GridSearch(estimator, paramGrid, options);
}
