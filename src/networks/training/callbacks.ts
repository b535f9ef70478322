import type { Logs } from './logs.js';

/** Callbacks at the end of an epoch. */
export interface Callback {
  /**
   * Called after each epoch, when the model has the current parameters; workers wait for it.
   * @param epoch counted from 0
   * @returns `false` to end training after this epoch; any other value, including a Promise,
   *   continues
   */
  onEpochEnd(epoch: number, logs: Readonly<Logs>): unknown;
}
