import { StartError, warnOfFewer } from './startable.js';

/**
 * Runs what computes on threads, and again with fewer if not all that it wants can be started.
 * @param run resolves its number of workers anew each time, and may begin again from the start
 * @throws SteepestError `ERR_WORKER_LOST` if not a single thread can be started
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
