import { notNegative } from '../../core/definition.js';
import { countOf } from '../../core/refuse.js';
import type { ScheduleDefinition } from './definition.js';

export interface Piecewise {
  /** One rate more than there are times in `steps` or `epochs`. */
  rates: readonly number[];
}

/**
 * rates[i], where i is the number of times in `steps` or `epochs` that have been reached; they are
 * counted from the start of the warm-up.
 */
export const piecewise: ScheduleDefinition<Piecewise, readonly number[]> = {
  name: 'piecewise',
  fields: { rates: { kind: 'list', range: notNegative } },
  time: 'bounds',
  aliases: { values: 'rates', boundaries: 'steps', milestones: 'epochs' },
  check({ rates }, times) {
    if (rates.length === times.length + 1) return undefined;
    return {
      expected: `${countOf(times.length + 1, 'rate')}, one more than there are times`,
      given: countOf(rates.length, 'rate'),
      hint: 'Give the first rate, and one for each time from which on it holds.',
    };
  },
  rate({ rates }, at, times) {
    // The number of times that are at most `at`, by halving: a file may hold very many.
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (times[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return rates[low]!;
  },
};
