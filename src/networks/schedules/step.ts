import { positive } from '../../core/definition.js';
import { integerPower } from '../../core/integerPower.js';
import type { ScheduleDefinition } from './definition.js';

export interface Step {
  /** The first rate. */
  from: number;
  /** Multiplies the rate after each time of `steps` or `epochs`. Default 0.1. */
  factor?: number | undefined;
}

/** from · factor^⌊t / time⌋, t counted from the end of the warm-up. */
export const step: ScheduleDefinition<Step, number> = {
  name: 'step',
  fields: {
    from: { kind: 'number', range: positive },
    factor: { kind: 'number', range: positive, usual: 0.1 },
  },
  time: 'period',
  rate: ({ from, factor, warmup }, at, time) => from * integerPower(factor, Math.floor((at - warmup) / time)),
};
