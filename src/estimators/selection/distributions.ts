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
 */
export function uniform(low: number, high: number): Distribution {
  return make('uniform', low, high);
}

/**
 * Numbers between low and high whose logarithm is uniform: for penalties and learning rates, of
 * which each power of ten is as likely as another.
 * @throws SteepestError `ERR_ARGUMENT` unless 0 < low < high
 */
export function logUniform(low: number, high: number): Distribution {
  return make('logUniform', low, high);
}

/**
 * Whole numbers from low to high, both included, each as likely as another. (The upper end of
 * SciPy's `randint` is excluded.)
 * @throws SteepestError `ERR_ARGUMENT`
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
