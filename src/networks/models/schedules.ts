import { fieldsOf } from '../../core/definition.js';
import {
  completeSchedule,
  type ScheduleName,
  type ScheduleOptions,
  scheduleNames,
} from '../schedules/index.js';

type Made<N extends ScheduleName> = { schedule: N } & ScheduleOptions[N];

/**
 * What creates the plain data of each schedule. Each is written out, because editors show no
 * comments of types that are computed.
 */
interface ScheduleMakers {
  /** The same rate throughout, after a warm-up. */
  readonly constant: (options: ScheduleOptions['constant']) => Made<'constant'>;
  /** from · factor^⌊t / time⌋: the rate falls at once after each time. */
  readonly step: (options: ScheduleOptions['step']) => Made<'step'>;
  /** rates[i], with i the number of times in `steps` or `epochs` that have been reached. */
  readonly piecewise: (options: ScheduleOptions['piecewise']) => Made<'piecewise'>;
  /** from · factor^(t / time), t counted from the end of the warm-up. */
  readonly exponential: (options: ScheduleOptions['exponential']) => Made<'exponential'>;
  /** from / (1 + decay · t / time), t counted from the end of the warm-up. */
  readonly inverseTime: (options: ScheduleOptions['inverseTime']) => Made<'inverseTime'>;
  /** to + (from − to) · (1 − p)^power, p the part of the time that is over. */
  readonly polynomial: (options: ScheduleOptions['polynomial']) => Made<'polynomial'>;
  /** to + (from − to) · ½(1 + cos πp), p the part of the time that is over. */
  readonly cosine: (options: ScheduleOptions['cosine']) => Made<'cosine'>;
  /** Cosines one after the other (SGDR, Loshchilov & Hutter 2017). */
  readonly cosineRestarts: (options: ScheduleOptions['cosineRestarts']) => Made<'cosineRestarts'>;
  /** Half a cosine up from `from` to `peak`, then half a cosine down to `to`. */
  readonly oneCycle: (options: ScheduleOptions['oneCycle']) => Made<'oneCycle'>;
}

/**
 * Schedules for `learningRate`, checked when they are made: `schedules.cosine({ from: 1e-2, to: 1e-4,
 * epochs: 40, warmup: 2 })`. Each returns the plain data that may be written by hand as well.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export const schedules: ScheduleMakers = Object.fromEntries(
  scheduleNames.map((schedule) => {
    const what = `schedules.${schedule}`;
    return [schedule, (options: unknown) => completeSchedule(what, { ...fieldsOf(what, options), schedule })];
  }),
) as unknown as ScheduleMakers;
