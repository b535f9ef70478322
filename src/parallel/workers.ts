import { availableParallelism } from 'node:os';
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import { warnOnce } from '../core/warnOnce.js';
import { MOST_WORKERS, threadSettings } from './settings.js';
import { mostThreads } from './startable.js';

/**
 * A number of worker threads, or 'auto' for as many as are useful; never more than `configure`
 * allows.
 * @example
 * ```ts
 * import type { Workers } from 'steepest';
 * const workers: Workers[] = ['auto', 4];
 * ```
 */
export type Workers = 'auto' | number;

/**
 * Two barriers per step cost a few microseconds. A rank must have at least this many floating-point
 * operations per step to be worth them: about 10 µs at 100 GFLOP/s.
 */
const FLOPS_PER_RANK_AND_STEP = 1e6;

/**
 * Resolves the `workers` option. The count changes only the speed, never a result.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function resolveWorkers(workers: Workers, flopsPerStep: number): number {
  const most = mostThreads();
  if (workers === 'auto') {
    const useful = Math.floor(flopsPerStep / FLOPS_PER_RANK_AND_STEP);
    return Math.max(1, Math.min(availableParallelism(), useful, most));
  }
  if (!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `workers to be 'auto' or a whole number from 1 to ${MOST_WORKERS}`,
      given: show(workers),
      hint: "Leave it out for 'auto'.",
    });
  }
  const { maxThreads } = threadSettings;
  if (workers > maxThreads) warnOfCap(workers, maxThreads);
  return Math.min(workers, most);
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkWorkers(workers: Workers = 'auto'): Workers {
  resolveWorkers(workers, 0);
  return workers;
}

/** Upper bound of what {@link resolveWorkers} returns, whatever a step costs. */
export function mostWorkers(workers: Workers): number {
  return Math.min(workers === 'auto' ? availableParallelism() : workers, mostThreads());
}

/** Code that asks for too many does so in every call. */
const warnOfCap = warnOnce({
  code: 'STEEPEST_WORKERS',
  message: (workers: number, maxThreads: number) =>
    `workers: ${workers} is more than maxThreads, so ${maxThreads} threads compute. Results are the same. ` +
    'Leave workers out, or raise the limit with configure({ maxThreads }).',
});
