/** Ctrl-C: the first stops the work, the second ends the program at once. */

import { EXIT } from '../exitCodes.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What a signal did. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Takes the handlers away. */
  end(): void;
}

/** @param onFirst says what happens now */
export function onInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    onFirst();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    end() {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
