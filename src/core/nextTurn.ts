import { setImmediate } from './timers.js';

/** Lets the event loop have its turn: timers and sockets go on while much is computed. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
