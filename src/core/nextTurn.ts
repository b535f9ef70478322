import { setImmediate } from './timers.js';

/** Yields to the event loop, so that timers and sockets run during long computations. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
