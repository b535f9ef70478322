import { fieldsOf } from '../../core/definition.js';
import {
  completeSchedule,
  type ScheduleName,
  type ScheduleOptions,
  scheduleNames,
} from '../schedules/index.js';

type Helpers = {
  [N in ScheduleName]: (options: ScheduleOptions[N]) => { schedule: N } & ScheduleOptions[N];
};

/**
 * Schedules for `learningRate`, checked when they are made: `schedules.cosine({ from: 1e-2, to: 1e-4,
 * epochs: 40, warmup: 2 })`. Each returns the plain data that may be written by hand as well.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export const schedules: Helpers = Object.fromEntries(
  scheduleNames.map((schedule) => {
    const what = `schedules.${schedule}`;
    return [schedule, (options: unknown) => completeSchedule(what, { ...fieldsOf(what, options), schedule })];
  }),
) as unknown as Helpers;
