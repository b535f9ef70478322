import { notNegative, positive } from '../../core/definition.js';
import { integerPower } from '../../core/integerPower.js';
import { cosineLeft } from './cosine.js';
import type { ScheduleDefinition } from './definition.js';

export interface CosineRestarts {
  /** The first rate of the first cycle. */
  from: number;
  /** The rate at the end of each cycle. Default 0. */
  to?: number | undefined;
  /** Each cycle is this many times as long as the one before: 1, 2, 3 … Default 1. */
  lengthFactor?: number | undefined;
  /** Each cycle begins at `from` times this, once more per cycle. Default 1. */
  peakFactor?: number | undefined;
}

/**
 * Cosines one after the other (SGDR, Loshchilov & Hutter 2017): cycle i lasts time · lengthFactor^i
 * and falls from `from` · peakFactor^i to `to`. The first begins after the warm-up.
 */
export const cosineRestarts: ScheduleDefinition<CosineRestarts, number> = {
  name: 'cosineRestarts',
  fields: {
    from: { kind: 'number', range: positive },
    to: { kind: 'number', range: notNegative, usual: 0 },
    lengthFactor: {
      kind: 'number',
      range: { accepts: (v) => Number.isSafeInteger(v) && v >= 1, words: 'a whole number of at least 1' },
      usual: 1,
    },
    peakFactor: {
      kind: 'number',
      range: { accepts: (v) => v > 0 && v <= 1, words: 'a number above 0 and at most 1' },
      usual: 1,
    },
  },
  time: 'period',
  aliases: { tMult: 'lengthFactor', tMul: 'lengthFactor', mMul: 'peakFactor' },
  rate({ from, to, lengthFactor, peakFactor, warmup }, at, time) {
    const { cycle, part } = cycleAt(at - warmup, time, lengthFactor);
    const peak = from * integerPower(peakFactor, cycle);
    return to + (peak - to) * cosineLeft(part);
  },
};

/** The number of the cycle, from 0, and the part of it that is over. */
function cycleAt(since: number, first: number, factor: number): { cycle: number; part: number } {
  if (factor === 1) {
    const cycle = Math.floor(since / first);
    return { cycle, part: since / first - cycle };
  }
  let cycle = 0;
  let start = 0;
  let length = first;
  for (; since - start >= length; cycle++) {
    start += length;
    length *= factor;
  }
  return { cycle, part: (since - start) / length };
}
