import { MOST_FLOAT32 } from '../../core/check.js';
import type { ScheduleDefinition, Setting } from '../schedules/definition.js';
import { type LearningRate, SCHEDULES } from '../schedules/index.js';

/** The position of a step, for schedules. */
export interface ScheduleClock {
  /** Steps finished since the schedule was set. */
  steps: number;
  /** Epochs begun since then and before the epoch of this step. */
  epochs: number;
  /** Steps of this epoch that are finished. */
  stepInEpoch: number;
  /** Steps of this epoch; undefined if nobody knows yet. */
  stepsPerEpoch: number | undefined;
}

interface CompleteSchedule {
  schedule: keyof typeof SCHEDULES;
  steps?: Setting;
  epochs?: Setting;
  warmup: number;
}

/**
 * The learning rate of a step, in float64: the same bits on every machine, for every rank and in
 * every resumed run.
 *
 * The warm-up is the straight line through 0 that reaches the schedule's first rate at its end; the
 * first step is one step along it: with `warmup: 4` in steps, 1/5, 2/5, 3/5, 4/5 of that rate, and
 * then the rate itself. If the length of an epoch is not known, a step along it is an epoch.
 * @param rate complete: a number, or a schedule with all its options
 */
export function rateAt(rate: LearningRate, clock: ScheduleClock): number {
  if (typeof rate === 'number') return rate;
  const settings = rate as unknown as CompleteSchedule;
  const definition = SCHEDULES[settings.schedule] as unknown as ScheduleDefinition;
  const { steps, epochs, warmup } = settings;
  const own = settings as unknown as { warmup: number };
  const time = steps ?? epochs;
  const isEpochs = epochs !== undefined;
  const perEpoch = clock.stepsPerEpoch;
  const part = perEpoch === undefined ? 0 : clock.stepInEpoch / perEpoch;
  const at = isEpochs ? clock.epochs + part : clock.steps;
  if (at >= warmup) return Math.min(definition.rate(own, at, time), MOST_FLOAT32);
  const oneStep = isEpochs && perEpoch !== undefined ? 1 / perEpoch : 1;
  return definition.rate(own, warmup, time) * ((at + oneStep) / (warmup + oneStep));
}
