import { availableParallelism } from 'node:os';
import { checkInteger, checkKeys, checkNumber } from '../core/check.js';
import { SteepestError } from '../core/errors.js';

/** What {@link configure} takes and gives. */
export interface ThreadSettings {
  /**
   * Milliseconds after which a thread that nothing uses is ended; it is started again when needed,
   * in about 20 ms. 0 ends it at once, Infinity keeps it. Default 30,000.
   */
  idleTimeoutMs: number;
  /**
   * Most worker threads at once, over all fits, evaluations and predictions;
   * what finds none free waits its turn. A call whose `workers` is larger
   * gets as many as this. Default: 4 per core, but at least 16.
   */
  maxThreads: number;
}

/** No machine gains from more. */
export const MOST_WORKERS = 1024;
/** Delays of Node's timers are 31 bits wide. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const THREADS_PER_CORE = 4;
const FEWEST_THREADS = 16;

/** What sharp, Piscina, joblib and PyTorch call them. */
const ALIASES = {
  concurrency: 'maxThreads',
  maxWorkers: 'maxThreads',
  numThreads: 'maxThreads',
  threads: 'maxThreads',
  workers: 'maxThreads',
  idleTimeout: 'idleTimeoutMs',
};

const settings: ThreadSettings = {
  idleTimeoutMs: 30_000,
  maxThreads: Math.min(MOST_WORKERS, Math.max(FEWEST_THREADS, THREADS_PER_CORE * availableParallelism())),
};

/** The settings in force. */
export const threadSettings: Readonly<ThreadSettings> = settings;

/**
 * Checks and takes over settings; what is left out stays as it is.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`, with nothing changed
 */
export function changeSettings(changes: Partial<ThreadSettings>): void {
  checkKeys('configure', changes, Object.keys(settings), ALIASES);
  const { idleTimeoutMs = settings.idleTimeoutMs, maxThreads = settings.maxThreads } = changes;
  if (idleTimeoutMs !== Number.POSITIVE_INFINITY) {
    const words = `a number from 0 to ${LONGEST_TIMEOUT_MS}, or Infinity`;
    checkNumber('idleTimeoutMs', idleTimeoutMs, words, (ms) => ms >= 0 && ms <= LONGEST_TIMEOUT_MS);
  }
  if (checkInteger('maxThreads', maxThreads) > MOST_WORKERS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `maxThreads of at most ${MOST_WORKERS}`,
      given: String(maxThreads),
      hint: 'Leave it out for 4 per core.',
    });
  }
  Object.assign(settings, { idleTimeoutMs, maxThreads });
}
