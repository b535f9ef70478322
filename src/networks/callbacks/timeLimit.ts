import { positive } from '../../core/definition.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { define } from './definition.js';
import { number, required } from './options.js';

/** Longest delay of a timer of Node.js, in milliseconds. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Ends training after a time, between two steps: the epoch that runs is not finished. With `resume`
 * the same call goes on there, as often as it takes.
 */
export const timeLimit = define({
  name: 'timeLimit',
  options: {
    seconds: required(number(0, positive)),
  },
  aliases: { limit: 'seconds', duration: 'seconds', time: 'seconds', timeout: 'seconds', maxTime: 'seconds' },
  interrupts: true,
  session({ seconds }) {
    let timer: NodeJS.Timeout | undefined;
    return {
      onTrainBegin({ stop }) {
        const end = (): void => stop(`${seconds} seconds have passed`);
        timer = setTimeout(end, Math.min(seconds * 1000, MOST_MS));
        // The workers decide whether the process stays alive.
        timer.unref();
      },
      onTrainEnd: () => clearTimeout(timer),
    };
  },
});
