import { onAbort } from './abort.js';
import { clearTimeout, setTimeout } from './timers.js';

/**
 * Limits how long the package waits for user code (a callback, the closing of a stream): to its
 * end, unless patience ends first. The code then keeps running, but its result is ignored.
 */
export class Patience {
  private readonly waiting = new Set<() => void>();
  private hasEnded = false;

  get isOver(): boolean {
    return this.hasEnded;
  }

  /** The result of the work, or undefined if patience ends first. */
  waitFor<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      // Not Promise.race: a promise that is pending for a whole fit would retain memory for every
      // race.
      const leave = (): void => {
        this.waiting.delete(leave);
        resolve(undefined);
      };
      if (this.hasEnded) leave();
      else this.waiting.add(leave);
      work.then(
        (value) => {
          this.waiting.delete(leave);
          resolve(value);
        },
        (error: unknown) => {
          this.waiting.delete(leave);
          reject(error as Error);
        },
      );
    });
  }

  /** Ends all current and later waits. */
  giveUp(): void {
    this.hasEnded = true;
    for (const leave of [...this.waiting]) leave();
  }
}

/** How long a stream may take after an abort to close its files. */
const CLOSE_MS = 100;

/**
 * Waits for streams that were asked to close. After an abort the wait is short, because they may
 * never respond.
 */
export async function awaitClosed(closing: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const patience = new Patience();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => patience.giveUp(), CLOSE_MS);
  };
  const off = onAbort(signal, begin);
  if (signal?.aborted) begin();
  try {
    await patience.waitFor(closing);
  } finally {
    off();
    clearTimeout(timer);
  }
}
