import { notNegative, positive } from '../../core/definition.js';
import { partDone, type ScheduleDefinition } from './definition.js';
import { power as raise } from './power.js';

export interface Polynomial {
  /** The first rate. */
  from: number;
  /** The last rate. Default 0. */
  to?: number | undefined;
  /** 1 is a straight line; above 1 the rate falls fast at first. Default 1. */
  power?: number | undefined;
}

/** to + (from − to) · (1 − p)^power, p the part of the time after the warm-up that is over. */
export const polynomial: ScheduleDefinition<Polynomial, number> = {
  name: 'polynomial',
  fields: {
    from: { kind: 'number', range: positive },
    to: { kind: 'number', range: notNegative, usual: 0 },
    power: { kind: 'number', range: positive, usual: 1 },
  },
  time: 'whole',
  rate({ from, to, power, warmup }, at, length) {
    return to + (from - to) * raise(1 - partDone(at, warmup, length), power);
  },
};
