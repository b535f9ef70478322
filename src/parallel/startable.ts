import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';
import { warnOnce } from '../core/warnOnce.js';
import { threadSettings } from './settings.js';

/**
 * The number of threads that the system lets this program start. The limit shows only when a start
 * fails: limits on threads, open files and memory and Node's permission model each refuse in their
 * own way.
 */
let startable = Number.POSITIVE_INFINITY;

/** Maximum number of threads: what `configure` allows, but no more than could be started. */
export const mostThreads = (): number => Math.min(threadSettings.maxThreads, startable);

/** Forgets the observed limit, because the system's limits may have changed. */
export function forgetStartable(): void {
  startable = Number.POSITIVE_INFINITY;
}

/** Some threads could not be started; none has computed anything yet. */
export class StartError extends SteepestError {
  /** Whether a retry with fewer threads may succeed. */
  readonly canRetry: boolean;

  /**
   * @param wanted threads
   * @param started how many of them started
   */
  constructor(wanted: number, started: number, cause: unknown) {
    const message = messageOf(cause).replace(/\.$/, '');
    super(
      'ERR_WORKER_LOST',
      {
        expected: 'worker threads',
        given: `an error when one was started (${message})`,
        hint: hintOf(message),
      },
      { cause },
    );
    // Where several fail together, one may still start.
    startable = Math.max(1, Math.min(started, wanted - 1));
    this.canRetry = wanted > 1;
  }
}

function hintOf(message: string): string {
  if (/EMFILE|ENFILE/.test(message)) return 'Raise the limit of open files (ulimit -n), or close some.';
  if (/EAGAIN|ENOMEM|INIT_FAILED/.test(message)) {
    return "Raise the limit on threads (ulimit -u, or the container's), or ask for fewer workers.";
  }
  return "Allow threads: node's permission model needs --allow-worker, and --allow-addons for native kernels.";
}

/** Every later call meets the same limit. */
export const warnOfFewer = warnOnce({
  code: 'STEEPEST_THREADS',
  message: ({ given }: StartError) =>
    `Only ${mostThreads()} worker thread${mostThreads() === 1 ? '' : 's'} could be started: ${given}. ` +
    'Later calls use that many; results are the same. Call configure() to let the next call try again.',
});
