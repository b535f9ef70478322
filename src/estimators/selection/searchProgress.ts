import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/**
 * A fit of a search that has just ended.
 * @example
 * ```ts
 * import { data, gridSearch, Ridge, type SearchProgress } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const reports: SearchProgress[] = [];
 * const progress = (report: SearchProgress) => void reports.push(report);
 * await gridSearch(new Ridge(), { alpha: [0.01, 100] }, { cv: 3 }).fit(x, y, { progress });
 * console.log(reports.at(-1)?.done, reports.at(-1)?.total); // 6 6
 * ```
 */
export interface SearchProgress {
  /** Fits that have ended, this one included, and all fits of the search. */
  done: number;
  total: number;
  /** The parameters of this fit. */
  params: Readonly<Record<string, unknown>>;
  /** The number of the fold, from 0. */
  fold: number;
  /** Its scores on the held-out rows. */
  scores: Readonly<Record<string, number>>;
  fitTimeMs: number;
}

/**
 * Called after every fit of a search, in the order in which they end.
 * @example
 * ```ts
 * import { data, gridSearch, Ridge, type SearchProgressFunction } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * let last = '';
 * const progress: SearchProgressFunction = ({ done, total }) => {
 *   last = `${done} of ${total}`;
 * };
 * await gridSearch(new Ridge(), { alpha: [0.01, 100] }, { cv: 3 }).fit(x, y, { progress });
 * console.log(last); // 6 of 6
 * ```
 */
export type SearchProgressFunction = (progress: SearchProgress) => void;

/**
 * What reports the fits of a search: nobody, a line on stderr for each, or the user's function.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function searchReporter(given: unknown = false): SearchProgressFunction {
  if (typeof given === 'function') return given as SearchProgressFunction;
  if (typeof given === 'boolean') return given ? writeLine : () => {};
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'progress to be true, false or a function',
    given: show(given),
    hint: 'Write progress: true, or progress: ({ done, total, params, scores }) => { … }.',
  });
}

function writeLine({ done, total, params, fold, scores, fitTimeMs }: SearchProgress): void {
  const settings = Object.entries(params).map(([name, value]) => `${name} ${show(value)}`);
  const values = Object.entries(scores).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  const parts = [`${done}/${total}`, ...settings, `fold ${fold + 1}`, ...values];
  process.stderr.write(`${[...parts, `${(fitTimeMs / 1000).toFixed(1)} s`].join(' · ')}\n`);
}
