import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { cosineRestarts } from './cosineRestarts.js';
import type { ScheduleDefinition, Setting, Timed } from './definition.js';
import { exponential } from './exponential.js';
import { inverseTime } from './inverseTime.js';
import { oneCycle } from './oneCycle.js';
import { piecewise } from './piecewise.js';
import { polynomial } from './polynomial.js';
import { step } from './step.js';

/** The registry: one line per schedule. */
export const SCHEDULES = {
  constant,
  step,
  piecewise,
  exponential,
  inverseTime,
  polynomial,
  cosine,
  cosineRestarts,
  oneCycle,
};

/**
 * The name of a schedule of learning rates.
 * @example
 * ```ts
 * import type { ScheduleName } from 'steepest';
 * const name: ScheduleName = 'cosine';
 * ```
 */
export type ScheduleName = keyof typeof SCHEDULES;

/**
 * The names of all schedules of learning rates.
 * @example
 * ```ts
 * import { scheduleNames } from 'steepest';
 * console.log(scheduleNames.includes('cosine')); // true
 * ```
 */
export const scheduleNames = Object.keys(SCHEDULES) as ScheduleName[];

type OptionsOf<D> =
  D extends ScheduleDefinition<infer Own, infer Time extends Setting | undefined> ? Timed<Own, Time> : never;

/** The options of a schedule, by its name. */
export type ScheduleOptions = { [N in ScheduleName]: OptionsOf<(typeof SCHEDULES)[N]> };

/**
 * A learning rate that changes with the step, as plain data: `{ schedule: 'cosine', from: 1e-2, to:
 * 1e-4, epochs: 40, warmup: 2 }`, or `steps` in place of `epochs`.
 *
 * It counts from the moment when it is set, by `compile` or by `model.learningRate`. Steps are
 * optimizer steps. Epochs are counted with their parts: step s of an epoch of S steps is at epoch +
 * s/S. The rate is that at the start of the step. Where the length of an epoch is not known, because
 * the rows come from a stream and `stepsPerEpoch` is not given, the rate stays the same during each
 * epoch.
 *
 * After its end a schedule keeps its last rate.
 * @example
 * ```ts
 * import type { Schedule } from 'steepest';
 * const schedule: Schedule = { schedule: 'cosine', from: 0.01, epochs: 40, warmup: 2 };
 * ```
 */
export type Schedule = { [N in ScheduleName]: { schedule: N } & ScheduleOptions[N] }[ScheduleName];

/** A constant learning rate, or a schedule. */
export type LearningRate = number | Schedule;
