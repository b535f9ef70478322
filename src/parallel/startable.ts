import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';
import { threadSettings } from './settings.js';

/**
 * How many threads the system lets this program start. That shows only when one fails: limits on
 * threads, open files and memory, and node's permission model, all refuse in their own way.
 */
let startable = Number.POSITIVE_INFINITY;

/** Most threads at once: what `configure` allows, and no more than could be started. */
export const mostThreads = (): number => Math.min(threadSettings.maxThreads, startable);

/** The system may have changed its mind. */
export function forgetStartable(): void {
  startable = Number.POSITIVE_INFINITY;
}

/** Threads that could not be started, before any of them computed anything. */
export class StartError extends SteepestError {
  /** Whether fewer may do. */
  readonly canRetry: boolean;

  /**
   * @param wanted threads
   * @param started how many of them could be
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
    // Where several fail together, one may still do.
    startable = Math.max(1, Math.min(started, wanted - 1));
    this.canRetry = wanted > 1;
  }
}

function hintOf(message: string): string {
  if (/EMFILE|ENFILE/.test(message)) return 'Raise the limit of open files (ulimit -n), or close some.';
  if (/EAGAIN|ENOMEM|INIT_FAILED/.test(message)) {
    return 'Raise the limit of threads (ulimit -u, or that of the container), or ask for fewer workers.';
  }
  return "Allow threads: node's permission model needs --allow-worker, and --allow-addons for native kernels.";
}

let hasWarned = false;

/** Once per program: what the system refuses it refuses in every call. */
export function warnOfFewer({ given }: StartError): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `Only ${mostThreads()} worker thread${mostThreads() === 1 ? '' : 's'} could be started: ${given}. ` +
      'So many compute from now on; results are the same. configure() lets the next call try again.',
    { type: 'SteepestWarning', code: 'STEEPEST_THREADS' },
  );
}
