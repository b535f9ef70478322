import { positive } from '../../core/definition.js';
import type { ScheduleDefinition } from './definition.js';
import { power } from './power.js';

export interface Exponential {
  /** The first rate. */
  from: number;
  /** Multiplies the rate in each time of `steps` or `epochs`, gradually. Above 1 it grows. */
  factor: number;
  /** Whether the rate changes only at the end of each time. Default false. */
  staircase?: boolean | undefined;
}

/** from · factor^(t / time), t counted from the end of the warm-up. */
export const exponential: ScheduleDefinition<Exponential, number> = {
  name: 'exponential',
  fields: {
    from: { kind: 'number', range: positive },
    factor: { kind: 'number', range: positive },
    staircase: { kind: 'flag', usual: false },
  },
  time: 'period',
  rate({ from, factor, staircase, warmup }, at, time) {
    const periods = (at - warmup) / time;
    return from * power(factor, staircase ? Math.floor(periods) : periods);
  },
};
