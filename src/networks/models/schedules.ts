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
  /**
   * The rate `from` throughout, after a warm-up.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.constant({ from: 0.01, epochs: 10, warmup: 2 }));
   * // { schedule: 'constant', from: 0.01, epochs: 10, warmup: 2 }
   * ```
   */
  readonly constant: (options: ScheduleOptions['constant']) => Made<'constant'>;
  /**
   * from · factor^⌊t / time⌋, t counted from the end of the warm-up and time the `steps` or
   * `epochs`.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.step({ from: 0.1, factor: 0.5, epochs: 10 }));
   * // { schedule: 'step', from: 0.1, factor: 0.5, epochs: 10, warmup: 0 }
   * ```
   */
  readonly step: (options: ScheduleOptions['step']) => Made<'step'>;
  /**
   * rates[i], where i is the number of times in `steps` or `epochs` that have been reached; they
   * are counted from the start of the warm-up.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.piecewise({ rates: [0.1, 0.01], epochs: [20] }));
   * // {
   * //   schedule: 'piecewise',
   * //   rates: [ 0.1, 0.01 ],
   * //   epochs: [ 20 ],
   * //   warmup: 0
   * // }
   * ```
   */
  readonly piecewise: (options: ScheduleOptions['piecewise']) => Made<'piecewise'>;
  /**
   * from · factor^(t / time), t counted from the end of the warm-up and time the `steps` or
   * `epochs`; with `staircase` ⌊t / time⌋.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.exponential({ from: 0.1, factor: 0.9, epochs: 1 }));
   * // {
   * //   schedule: 'exponential',
   * //   from: 0.1,
   * //   factor: 0.9,
   * //   staircase: false,
   * //   epochs: 1,
   * //   warmup: 0
   * // }
   * ```
   */
  readonly exponential: (options: ScheduleOptions['exponential']) => Made<'exponential'>;
  /**
   * from / (1 + decay · t / time), t counted from the end of the warm-up and time the `steps` or
   * `epochs`.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.inverseTime({ from: 0.1, decay: 0.5, epochs: 1 }));
   * // {
   * //   schedule: 'inverseTime',
   * //   from: 0.1,
   * //   decay: 0.5,
   * //   staircase: false,
   * //   epochs: 1,
   * //   warmup: 0
   * // }
   * ```
   */
  readonly inverseTime: (options: ScheduleOptions['inverseTime']) => Made<'inverseTime'>;
  /**
   * to + (from − to) · (1 − p)^power, p the part of the time after the warm-up that is over.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.polynomial({ from: 0.1, to: 0.01, epochs: 20 }));
   * // {
   * //   schedule: 'polynomial',
   * //   from: 0.1,
   * //   to: 0.01,
   * //   power: 1,
   * //   epochs: 20,
   * //   warmup: 0
   * // }
   * ```
   */
  readonly polynomial: (options: ScheduleOptions['polynomial']) => Made<'polynomial'>;
  /**
   * to + (from − to) · ½(1 + cos πp), p the part of the time after the warm-up that is over
   * (Loshchilov & Hutter 2017, without restarts).
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.cosine({ from: 0.01, epochs: 40, warmup: 2 }));
   * // { schedule: 'cosine', from: 0.01, to: 0, epochs: 40, warmup: 2 }
   * ```
   */
  readonly cosine: (options: ScheduleOptions['cosine']) => Made<'cosine'>;
  /**
   * Cosines one after the other (SGDR, Loshchilov & Hutter 2017): cycle i lasts time ·
   * lengthFactor^i and falls from `from` · peakFactor^i to `to`.
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.cosineRestarts({ from: 0.1, epochs: 10, lengthFactor: 2 }));
   * // {
   * //   schedule: 'cosineRestarts',
   * //   from: 0.1,
   * //   to: 0,
   * //   lengthFactor: 2,
   * //   peakFactor: 1,
   * //   epochs: 10,
   * //   warmup: 0
   * // }
   * ```
   */
  readonly cosineRestarts: (options: ScheduleOptions['cosineRestarts']) => Made<'cosineRestarts'>;
  /**
   * Half a cosine up from `from` to `peak`, then half a cosine down to `to` (Smith & Topin 2019, in
   * the form of PyTorch and fast.ai).
   * @example
   * ```ts
   * import { schedules } from 'steepest';
   * console.log(schedules.oneCycle({ peak: 0.1, epochs: 30 }));
   * // {
   * //   schedule: 'oneCycle',
   * //   peak: 0.1,
   * //   from: 0.004,
   * //   to: 4e-7,
   * //   rise: 0.3,
   * //   epochs: 30,
   * //   warmup: 0
   * // }
   * ```
   */
  readonly oneCycle: (options: ScheduleOptions['oneCycle']) => Made<'oneCycle'>;
}

/**
 * Schedules for the `learningRate` of an optimizer. Each function checks its options and returns
 * the plain data, which may be written by hand as well.
 *
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { layers, schedules, sequential } from 'steepest';
 * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
 * const learningRate = schedules.cosine({ from: 0.01, epochs: 40 });
 * model.compile({ optimizer: { name: 'adam', learningRate }, loss: 'meanSquaredError' });
 * console.log(model.learningRate); // 0.01
 * ```
 */
export const schedules: ScheduleMakers = Object.fromEntries(
  scheduleNames.map((schedule) => {
    const what = `schedules.${schedule}`;
    return [schedule, (options: unknown) => completeSchedule(what, { ...fieldsOf(what, options), schedule })];
  }),
) as unknown as ScheduleMakers;
