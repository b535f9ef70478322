import type { Logs } from './logs.js';

/** What a callback may do at the end of an epoch. */
export interface Callback {
  /**
   * Called after each epoch, with the model's parameters up to date; workers wait for it.
   * @param epoch counted from 0
   * @returns `false` to end training after this epoch; anything else, also a Promise, goes on
   */
  onEpochEnd(epoch: number, logs: Readonly<Logs>): unknown;
}
