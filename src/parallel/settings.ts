import { availableParallelism } from 'node:os';
import { checkInteger, checkKeys, checkNumber } from '../core/check.js';
import { SteepestError, unknownName } from '../core/errors.js';

/** The settings that {@link configure} accepts and returns. */
export interface ThreadSettings {
  /**
   * Milliseconds after which an idle thread ends. It is started again when needed, in about 20 ms.
   * 0 ends it at once; Infinity keeps it. Default 30,000.
   */
  idleTimeoutMs: number;
  /**
   * Maximum number of worker threads over all concurrent fits, evaluations and predictions. A call
   * that finds none free waits its turn. A call whose `workers` is larger gets this many. Default:
   * 4 per core, but at least 16.
   */
  maxThreads: number;
  /**
   * `'background'`: the threads compute only while nothing else wants the core, so that a program
   * answers requests while it trains. Idle threads are replaced by such threads, and busy ones when
   * their call ends. On Linux they have the policy SCHED_IDLE, or without the add-on a niceness of
   * 19; on macOS the quality of service "utility" and on Windows the lowest priority, with the add-on
   * only. Where the system refuses, nothing changes. Default `'normal'`.
   */
  priority: Priority;
}

/**
 * How threads share cores with the rest of the system; `ThreadSettings` says what `'background'`
 * means.
 * @example
 * ```ts
 * import type { Priority } from 'steepest';
 * const priority: Priority = 'background';
 * ```
 */
export type Priority = 'normal' | 'background';

const PRIORITIES: readonly Priority[] = ['normal', 'background'];
/** What systems and Node.js call it. */
const PRIORITY_ALIASES = { idle: 'background', low: 'background', utility: 'background', default: 'normal' };

/** Upper limit of `workers`: no machine benefits from more. */
export const MOST_WORKERS = 1024;
/** Node's timers store delays in 31 bits. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const THREADS_PER_CORE = 4;
const FEWEST_THREADS = 16;

/** Names of these settings in sharp, Piscina, joblib and PyTorch. */
const ALIASES = {
  concurrency: 'maxThreads',
  maxWorkers: 'maxThreads',
  numThreads: 'maxThreads',
  threads: 'maxThreads',
  workers: 'maxThreads',
  idleTimeout: 'idleTimeoutMs',
  nice: 'priority',
};

const settings: ThreadSettings = {
  idleTimeoutMs: 30_000,
  maxThreads: Math.min(MOST_WORKERS, Math.max(FEWEST_THREADS, THREADS_PER_CORE * availableParallelism())),
  priority: 'normal',
};

/** The current settings. */
export const threadSettings: Readonly<ThreadSettings> = settings;

function checkPriority(priority: unknown): void {
  if (PRIORITIES.some((known) => known === priority)) return;
  unknownName('priority', priority, PRIORITIES, PRIORITY_ALIASES, "Leave it out for 'normal'.");
}

/**
 * Checks and applies settings; those left out keep their value.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`; nothing is changed then
 */
export function changeSettings(changes: Partial<ThreadSettings>): void {
  checkKeys('configure', changes, Object.keys(settings), ALIASES);
  const {
    idleTimeoutMs = settings.idleTimeoutMs,
    maxThreads = settings.maxThreads,
    priority = settings.priority,
  } = changes;
  checkPriority(priority);
  if (idleTimeoutMs !== Number.POSITIVE_INFINITY) {
    const words = `a number from 0 to ${LONGEST_TIMEOUT_MS}, or Infinity`;
    checkNumber('idleTimeoutMs', idleTimeoutMs, words, (ms) => ms >= 0 && ms <= LONGEST_TIMEOUT_MS);
  }
  if (checkInteger('maxThreads', maxThreads) > MOST_WORKERS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `maxThreads of at most ${MOST_WORKERS}`,
      given: String(maxThreads),
      hint: 'Leave it out to use 4 threads per core.',
    });
  }
  Object.assign(settings, { idleTimeoutMs, maxThreads, priority });
}
