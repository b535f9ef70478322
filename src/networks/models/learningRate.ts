import { checkNumber } from '../../core/check.js';
import { isFloat32 } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { LearningRate } from '../schedules/index.js';
import { completeSchedule } from '../schedules/index.js';
import { rateAt, type ScheduleClock } from '../training/rateAt.js';
import type { ModelState } from '../training/state.js';
import { type Compiled, completeConfig } from './compileOptions.js';

/** What `model.learningRate` reads and sets. */

const WHAT = 'model.learningRate';

/** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT` */
export function checkLearningRate(given: unknown): LearningRate {
  if (typeof given !== 'number') return completeSchedule(WHAT, given);
  return checkNumber(WHAT, given, 'a number above 0 or a schedule', (v) => v > 0 && isFloat32(v));
}

/** @throws SteepestError `ERR_ARGUMENT` for a schedule during a fit, where only numbers can be set */
export function checkLiveRate(rate: LearningRate): number {
  if (typeof rate === 'number') return rate;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${WHAT} to be a number while a fit runs`,
    given: show(rate),
    hint: 'Set a schedule before the fit, or compute the number in a callback.',
  });
}

/** The compiled model with another learning rate. */
export function withLearningRate({ objective }: Compiled, learningRate: LearningRate): Compiled {
  const { optimizer } = objective;
  const hyperparameters = { ...optimizer.hyperparameters, learningRate };
  const next = { ...objective, optimizer: { ...optimizer, hyperparameters } };
  return { config: completeConfig(next), objective: next };
}

/** The clock of the next step of a model that is not being trained. */
export function restingClock({ step, rate }: ModelState): ScheduleClock {
  const { fromStep, epochs } = rate;
  return { steps: step - fromStep, epochs, stepInEpoch: 0, stepsPerEpoch: undefined };
}

/** The learning rate of a step. */
export const currentRate = ({ objective }: Compiled, clock: ScheduleClock): number =>
  rateAt(objective.optimizer.hyperparameters.learningRate, clock);
