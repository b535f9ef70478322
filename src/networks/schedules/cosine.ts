import { notNegative, positive } from '../../core/definition.js';
import { cosPi } from './cosPi.js';
import { partDone, type ScheduleDefinition } from './definition.js';

export interface Cosine {
  /** The first rate. */
  from: number;
  /** The last rate. Default 0. */
  to?: number | undefined;
}

/** The part of the way from `from` to `to` that is left after the part p of the time. */
export const cosineLeft = (p: number): number => 0.5 * (1 + cosPi(p));

/**
 * to + (from − to) · ½(1 + cos πp), p the part of the time after the warm-up that is over
 * (Loshchilov & Hutter 2017, without restarts).
 */
export const cosine: ScheduleDefinition<Cosine, number> = {
  name: 'cosine',
  fields: {
    from: { kind: 'number', range: positive },
    to: { kind: 'number', range: notNegative, usual: 0 },
  },
  time: 'whole',
  rate: ({ from, to, warmup }, at, length) => to + (from - to) * cosineLeft(partDone(at, warmup, length)),
};
