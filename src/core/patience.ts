import { onAbort } from './abort.js';
import { clearTimeout, setTimeout } from './timers.js';

/**
 * How long a wait for the user's code lasts (a callback, the closing of a stream): to its end,
 * unless patience ends first. Then the code goes on, but its result is ignored.
 */
export class Patience {
  private readonly waiting = new Set<() => void>();
  private hasEnded = false;

  get isOver(): boolean {
    return this.hasEnded;
  }

  /** What the work comes to, or undefined if patience ends before it. */
  waitFor<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      // Not Promise.race: a promise that stays open for a whole fit would keep a bit of every race.
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

  /** Ends all waits, now and later. */
  giveUp(): void {
    this.hasEnded = true;
    for (const leave of [...this.waiting]) leave();
  }
}

/** How long after an abort a stream may still take to close its files. */
const CLOSE_MS = 100;

/**
 * Waits for streams that have been asked to close; after an abort not for long, since they need not
 * answer at all.
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
