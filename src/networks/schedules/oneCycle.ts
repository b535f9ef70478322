import { fraction, notNegative, positive } from '../../core/definition.js';
import { cosineLeft } from './cosine.js';
import { partDone, type ScheduleDefinition } from './definition.js';

export interface OneCycle {
  /** The highest rate. */
  peak: number;
  /** The first rate. Default peak / 25. */
  from?: number | undefined;
  /** The last rate. Default from / 10,000. */
  to?: number | undefined;
  /** The part of the time in which the rate rises. Default 0.3. */
  rise?: number | undefined;
}

/** PyTorch's defaults. */
const FROM_PEAK_TO_FROM = 25;
const FROM_FROM_TO_TO = 1e4;
const RISE = 0.3;

/**
 * Half a cosine up from `from` to `peak`, then half a cosine down to `to` (Smith & Topin 2019, in
 * the form of PyTorch and fast.ai, which cool down from the peak at once).
 */
export const oneCycle: ScheduleDefinition<OneCycle, number> = {
  name: 'oneCycle',
  fields: {
    peak: { kind: 'number', range: positive },
    from: { kind: 'number', range: positive, usual: ({ peak }) => (peak as number) / FROM_PEAK_TO_FROM },
    to: { kind: 'number', range: notNegative, usual: ({ from }) => (from as number) / FROM_FROM_TO_TO },
    rise: { kind: 'number', range: fraction, usual: RISE },
  },
  time: 'whole',
  aliases: { maxLr: 'peak', maxLearningRate: 'peak', pctStart: 'rise', max: 'peak' },
  rate({ peak, from, to, rise, warmup }, at, length) {
    const p = partDone(at, warmup, length);
    if (p < rise) return peak + (from - peak) * cosineLeft(p / rise);
    return to + (peak - to) * cosineLeft((p - rise) / (1 - rise));
  },
};
