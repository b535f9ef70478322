import { StartError, warnOfFewer } from './startable.js';

/**
 * Runs a computation on threads. If fewer threads can be started than it asked for, it runs again
 * with fewer.
 * @param run resolves its number of workers on each call, and must be able to start over
 * @throws SteepestError `ERR_WORKER_LOST` if no thread can be started
 */
export async function withFewerThreads<T>(run: () => Promise<T>): Promise<T> {
  let refused: StartError | undefined;
  for (;;) {
    try {
      const result = await run();
      if (refused !== undefined) warnOfFewer(refused);
      return result;
    } catch (error) {
      if (!(error instanceof StartError && error.canRetry)) throw error;
      refused = error;
    }
  }
}
