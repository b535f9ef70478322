/**
 * Distributions of parameters, for `randomizedSearch`. They are plain data: they print and travel.
 */
import { checkObject } from '../../core/check.js';
import type { Draws } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/** A distribution of numbers: see `uniform`, `logUniform` and `randomInteger`. */
export interface Distribution {
  readonly distribution: 'uniform' | 'logUniform' | 'randomInteger';
  readonly low: number;
  readonly high: number;
}

function refuse(expected: string, low: unknown, high: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: `${show(low)} and ${show(high)}`, hint });
}

/** @throws SteepestError `ERR_ARGUMENT` */
function make(distribution: Distribution['distribution'], low: unknown, high: unknown): Distribution {
  if (typeof low !== 'number' || typeof high !== 'number' || !Number.isFinite(high - low) || low >= high) {
    refuse(
      `${distribution}(low, high) with finite numbers, low below high`,
      low,
      high,
      'Write the smaller one first.',
    );
  }
  if (distribution === 'logUniform' && low <= 0) {
    refuse('logUniform(low, high) with low above 0', low, high, 'Use uniform for ranges that contain 0.');
  }
  if (distribution === 'randomInteger' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) {
    refuse('randomInteger(low, high) with whole numbers', low, high, 'Use uniform for other numbers.');
  }
  return Object.freeze({ distribution, low, high });
}

/**
 * Numbers between low and high, each range of a width as likely as another.
 * @throws SteepestError `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { data, randomizedSearch, Ridge, uniform } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const search = randomizedSearch(new Ridge(), { alpha: uniform(0, 10) }, { nIter: 3, seed: 1 });
 * await search.fit(x, y);
 * console.log(search.results.map(({ params }) => Number(params.alpha) <= 10));
 * // [ true, true, true ]
 * ```
 */
export function uniform(low: number, high: number): Distribution {
  return make('uniform', low, high);
}

/**
 * Numbers between low and high whose logarithm is uniform: for penalties and learning rates, of
 * which each power of ten is as likely as another.
 * @throws SteepestError `ERR_ARGUMENT` unless 0 < low < high
 * @example
 * ```ts
 * import { data, LogisticRegression, logUniform, randomizedSearch } from 'steepest';
 * // As many tries from 0.001 to 0.01 as from 10 to 100.
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const space = { C: logUniform(0.001, 100) };
 * const search = randomizedSearch(new LogisticRegression(), space, { nIter: 2 });
 * await search.fit(x, y);
 * console.log(search.results.length); // 2
 * ```
 */
export function logUniform(low: number, high: number): Distribution {
  return make('logUniform', low, high);
}

/**
 * Whole numbers from low to high, both included, each as likely as another. (The upper end of
 * SciPy's `randint` is excluded.)
 * @throws SteepestError `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { data, LogisticRegression, pipeline, randomInteger } from 'steepest';
 * import { randomizedSearch, SelectKBest } from 'steepest';
 * const { x, y } = data.makeClassification({ seed: 1 });
 * const model = pipeline(new SelectKBest(), new LogisticRegression());
 * const search = randomizedSearch(model, { selectKBest__k: randomInteger(1, 5) }, { nIter: 2 });
 * await search.fit(x, y);
 * console.log(search.results.length); // 2
 * ```
 */
export function randomInteger(low: number, high: number): Distribution {
  return make('randomInteger', low, high);
}

/** Whether a value has the form of a {@link Distribution}. @throws SteepestError if only in part */
export function isDistribution(name: string, value: unknown): value is Distribution {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return false;
  const { distribution, low, high } = checkObject(
    `the distribution of '${name}'`,
    value,
  ) as Partial<Distribution>;
  if (distribution !== 'uniform' && distribution !== 'logUniform' && distribution !== 'randomInteger')
    return false;
  make(distribution, low, high);
  return true;
}

/** One number of a distribution. */
export function drawFrom({ distribution, low, high }: Distribution, draws: Draws): number {
  if (distribution === 'uniform') return draws.uniform(low, high);
  if (distribution === 'randomInteger') return low + draws.below(high - low + 1);
  const [from, to] = [Math.log(low), Math.log(high)];
  // Rounding may pass the ends by a unit in the last place.
  return Math.min(high, Math.max(low, Math.exp(draws.uniform(from, to))));
}
