import { availableParallelism } from 'node:os';
import { checkAborted, onAbort } from '../../core/abort.js';
import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { Sequential } from '../../networks/models/sequential.js';

/** The part of an estimator that selection uses. */
export interface Fittable {
  fit(x: never, y: never, options?: { signal?: AbortSignal }): Promise<unknown>;
  clone(): Fittable;
  getParams(): object;
  setParams(params: never): unknown;
}

/**
 * Maximum number of concurrent fits: the number of cores.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function resolveJobs(nJobs: number | undefined): number {
  return nJobs === undefined ? availableParallelism() : checkInteger('nJobs', nJobs);
}

/**
 * Runs jobs, at most `limit` at once, and returns their results in order. The first failure, or the
 * signal, aborts the running jobs through the signal they get; no job is running when the promise
 * settles.
 * @throws whatever the first failing job throws; SteepestError `ERR_ABORTED`
 */
export async function runJobs<T>(
  jobs: readonly ((signal: AbortSignal) => Promise<T>)[],
  limit: number,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  checkAborted(signal);
  const controller = new AbortController();
  const off = onAbort(signal, () => controller.abort(signal?.reason));
  const results: T[] = new Array(jobs.length);
  let next = 0;
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    while (next < jobs.length && !controller.signal.aborted) {
      const i = next++;
      try {
        results[i] = await jobs[i]!(controller.signal);
      } catch (error) {
        failures.push(error);
        controller.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, lane));
  } finally {
    off();
  }
  checkAborted(signal);
  // Later failures are caused by the abort.
  if (failures.length > 0) throw failures[0];
  return results;
}

/**
 * A clone that uses one thread if its own number is 'auto', because concurrent fits share the
 * cores. The number of threads does not change the result.
 */
export function cloneForJob(estimator: Fittable, limit: number, params: object = {}): Fittable {
  const clone = estimator.clone();
  if (Object.keys(params).length > 0) clone.setParams(freshParams(params) as never);
  if (limit === 1) return clone;
  const threads = Object.entries(clone.getParams())
    .filter(([name, value]) => value === 'auto' && (name === 'workers' || name.endsWith('__workers')))
    .map(([name]) => [name, 1] as const);
  if (threads.length > 0) clone.setParams(Object.fromEntries(threads) as never);
  return clone;
}

/** Options of a fit. What is undefined is left out, because not every estimator knows weights. */
export const fitOptions = (signal: AbortSignal | undefined, sampleWeight: WeightInput | undefined) => ({
  ...(signal === undefined ? {} : { signal }),
  ...(sampleWeight === undefined ? {} : { sampleWeight }),
});

/** Copies parameters and clones the estimators in them, so that no two fits share one. */
export function freshParams(params: object): object {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, isEstimator(value) ? value.clone() : value]),
  );
}

function isEstimator(value: unknown): value is Fittable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'clone' in value &&
    'fit' in value &&
    typeof value.clone === 'function'
  );
}

/** @throws SteepestError `ERR_ARGUMENT` unless the value can be cloned and fitted */
export function checkEstimator(what: string, value: unknown): void {
  const methods = ['fit', 'clone', 'getParams', 'setParams'] as const;
  const isOne =
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
  if (isOne) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be an estimator, with ${methods.map((name) => `${name}()`).join(', ')}`,
    given: show(value),
    hint:
      value instanceof Sequential
        ? 'Write new NetworkClassifier(network, { epochs }), or new NetworkRegressor(network, { epochs }).'
        : 'Pass an object such as new LogisticRegression(), not its class or its name.',
  });
}

/** A method of an estimator. @throws SteepestError `ERR_ARGUMENT` for an estimator without it */
export function methodOf(
  estimator: object,
  name: string,
  hint: string,
  purpose = '',
): (x: unknown) => unknown {
  const f = (estimator as Record<string, unknown>)[name];
  if (typeof f === 'function') return (x) => f.call(estimator, x) as unknown;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `an estimator with ${name}()${purpose}`,
    given: 'one that has none',
    hint,
  });
}

/** True for classifiers: estimators with `predictProba`, and wrappers of such. */
export function isClassifier(estimator: object): boolean {
  return 'isClassifier' in estimator ? estimator.isClassifier === true : 'predictProba' in estimator;
}
