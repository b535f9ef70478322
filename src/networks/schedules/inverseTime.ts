import { positive } from '../../core/definition.js';
import type { ScheduleDefinition } from './definition.js';

export interface InverseTime {
  /** The first rate. */
  from: number;
  /** What each time of `steps` or `epochs` adds to the divisor. Default 1. */
  decay?: number | undefined;
  /** Whether the rate changes only at the end of each time. Default false. */
  staircase?: boolean | undefined;
}

/** from / (1 + decay · t / time), t counted from the end of the warm-up. */
export const inverseTime: ScheduleDefinition<InverseTime, number> = {
  name: 'inverseTime',
  fields: {
    from: { kind: 'number', range: positive },
    decay: { kind: 'number', range: positive, usual: 1 },
    staircase: { kind: 'flag', usual: false },
  },
  time: 'period',
  aliases: { decayRate: 'decay', factor: 'decay', gamma: 'decay' },
  rate({ from, decay, staircase, warmup }, at, time) {
    const periods = (at - warmup) / time;
    return from / (1 + decay * (staircase ? Math.floor(periods) : periods));
  },
};
