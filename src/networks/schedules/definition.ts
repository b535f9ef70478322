import type { NumberRange } from '../../core/definition.js';
import type { Aliases } from '../../core/nearest.js';

/** What a schedule counts: optimizer steps, or epochs with their parts. */
export type ScheduleUnit = 'steps' | 'epochs';

/** How long something lasts, in one of the two units. */
export type Duration<T = number> =
  | { steps: T; epochs?: undefined }
  | { epochs: T; steps?: undefined }
  | (undefined extends T ? { steps?: undefined; epochs?: undefined } : never);

/**
 * The options of a schedule.
 * @typeParam Own options of this schedule alone
 * @typeParam Time what `steps` or `epochs` hold
 */
export type Timed<Own, Time = number> = Own &
  Duration<Time> & {
    /**
     * The rate rises in a straight line to the schedule's first rate during this time, counted as
     * the schedule is: in steps or in epochs. Default 0.
     */
    warmup?: number | undefined;
  };

/** A value of an option, once it is checked. */
export type Setting = number | boolean | readonly number[];

/** An option of a schedule: a number, a flag, or a list of numbers. */
export interface Field {
  kind: 'number' | 'flag' | 'list';
  /** Of the number, or of every number in the list. */
  range?: NumberRange;
  /** The default, or a function of the options before it. Without one the option is required. */
  usual?: Setting | ((before: Readonly<Record<string, Setting>>) => Setting);
}

/** The definition of a schedule. One file per schedule, one line in the registry. */
export interface ScheduleDefinition<
  Own extends object = object,
  Time extends Setting | undefined = Setting | undefined,
> {
  readonly name: string;
  /** Its options, except its time and warm-up. */
  readonly fields: { readonly [K in keyof Own]-?: Field };
  /**
   * What `steps` or `epochs` mean. `whole`: the length of the schedule with its warm-up, which is
   * shorter. `period`: a time that begins after the warm-up. `optional`: a length that matters only
   * to a warm-up. `bounds`: a list of ascending times, counted from the start; the warm-up ends
   * before the first.
   */
  readonly time: 'whole' | 'period' | 'optional' | 'bounds';
  /** Names of its options elsewhere, besides those that all schedules share. */
  readonly aliases?: Aliases;
  /**
   * Refuses options that exclude each other. @returns what was expected and what was given, or
   * undefined
   */
  check?(own: Required<Own>, time: Time): { expected: string; given: string; hint: string } | undefined;
  /**
   * The rate after the warm-up: float64 + − × ÷ in the order that is written, and the project's own
   * `cosPi` and `power`, so every machine gets the same bits.
   * @param at steps or epochs since the schedule began, `warmup` or later
   */
  rate(own: Required<Own> & { warmup: number }, at: number, time: Time): number;
}

/** The part of a schedule that is over, 0 … 1, its warm-up left out. */
export const partDone = (at: number, warmup: number, length: number): number =>
  at >= length ? 1 : (at - warmup) / (length - warmup);
