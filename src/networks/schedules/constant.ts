import { positive } from '../../core/definition.js';
import type { ScheduleDefinition } from './definition.js';

export interface Constant {
  /** The rate after the warm-up. */
  from: number;
}

/** The same rate throughout, after a warm-up. */
export const constant: ScheduleDefinition<Constant, number | undefined> = {
  name: 'constant',
  fields: { from: { kind: 'number', range: positive } },
  time: 'optional',
  rate: ({ from }) => from,
};
