import { setTimeout } from '../core/timers.js';
import { StartError, warnOfFewer } from './startable.js';

/**
 * Pauses in milliseconds before a single thread is tried again: threads of the attempt before may
 * still be ending, and count against the system's limit until they have.
 */
const PAUSES_MS = [10, 50, 250];

/**
 * Runs a computation on threads. If fewer threads can be started than it asked for, it runs again
 * with fewer.
 * @param run resolves its number of workers on each call, and must be able to start over
 * @throws SteepestError `ERR_WORKER_LOST` if no thread can be started
 */
export async function withFewerThreads<T>(run: () => Promise<T>): Promise<T> {
  let refused: StartError | undefined;
  const pauses = [...PAUSES_MS];
  for (;;) {
    try {
      const result = await run();
      if (refused !== undefined) warnOfFewer(refused);
      return result;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!error.canRetry) {
        const pause = pauses.shift();
        if (refused === undefined || pause === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      refused = error;
    }
  }
}
