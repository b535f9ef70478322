import type { Cluster } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { checkOptions } from '../base/fitOptions.js';
import type { LabelInput } from '../base/labels.js';
import type { CrossValidateOptions } from './crossValidate.js';
import type { Fittable } from './jobs.js';
import type { SearchProgressFunction } from './searchProgress.js';

/**
 * Options of `gridSearch` and `randomizedSearch`.
 * @example
 * ```ts
 * import { data, gridSearch, Ridge, type SearchOptions } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const options: SearchOptions = { cv: 3, scoring: ['r2', 'negMaxError'], refit: 'r2' };
 * const search = await gridSearch(new Ridge(), { alpha: [0.01, 100] }, options).fit(x, y);
 * console.log(search.bestParams.alpha); // 0.01
 * ```
 */
export interface SearchOptions<E = Fittable>
  extends Omit<
    CrossValidateOptions<E>,
    'returnEstimator' | 'signal' | 'sampleWeight' | 'groups' | 'cluster'
  > {
  /**
   * Fit the best candidate on all rows afterwards (true); with several scores, the name of the
   * deciding one.
   */
  refit?: boolean | string;
}

export const SEARCH_KEYS = ['cv', 'scoring', 'returnTrainScore', 'nJobs', 'errorScore', 'refit'] as const;
export const SEARCH_FIT_KEYS = ['sampleWeight', 'groups', 'signal', 'progress', 'cluster'];

/**
 * Checks the options of a search.
 * @param called the function that makes it
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, which points to `fit` for its options
 */
export function checkSearchOptions(called: string, options: object, known: readonly string[]): void {
  const ofFit = isPlainObject(options)
    ? Object.keys(options).find((name) => SEARCH_FIT_KEYS.includes(name))
    : undefined;
  if (ofFit !== undefined) {
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `options of ${called} to have only ${known.join(', ')}`,
      given: show(ofFit),
      hint: `It is an option of fit: ${called}(…).fit(X, y, { ${ofFit} }).`,
    });
  }
  checkOptions(called, options, known);
}

/**
 * Options of `fit` of a search.
 * @example
 * ```ts
 * import { data, gridSearch, Ridge, type SearchFitOptions } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const options: SearchFitOptions = { signal: AbortSignal.timeout(60_000) };
 * const search = await gridSearch(new Ridge(), { alpha: [0.01, 100] }).fit(x, y, options);
 * console.log(search.results.length); // 2
 * ```
 */
export interface SearchFitOptions {
  sampleWeight?: WeightInput;
  /** The group of each row, for a `cv` that keeps groups together, such as `GroupKFold`. */
  groups?: LabelInput;
  signal?: AbortSignal;
  /**
   * True writes a line to stderr for every fit that has ended; a function is called with it. What
   * the function throws ends the search. Default false. With a cluster, rank 0 reports the fits of
   * all ranks, those of others a moment later.
   */
  progress?: boolean | SearchProgressFunction;
  /**
   * Divides the fits over the ranks of a cluster. Every rank makes the same call with the same data
   * and gets the same result, which is that without a cluster. The best candidate is fitted on
   * every rank.
   */
  cluster?: Cluster;
}
