import { SteepestError } from '../../core/errors.js';
import { isCount } from '../../core/guards.js';

/** Which numbers are better. */
export type Mode = 'min' | 'max';

/** When a number counts as better than the best before it. */
export interface PlateauRule {
  mode: Mode;
  /** How much better it has to be, at least 0. */
  minDelta: number;
  /**
   * Whose rule, where they differ. For Keras only a number that is better by more than `minDelta` is
   * the new best. For scikit-learn a number that is better by exactly `minDelta` is progress too,
   * and any better number is the new best, whether it is progress or not.
   */
  as?: 'keras' | 'scikit-learn';
}

/** Follows a number from epoch to epoch: its best value, and for how long it has not improved. */
export class Plateau {
  /** The best number so far, and its epoch; undefined before the first. */
  best: number | undefined;
  bestEpoch: number | undefined;
  /** Consecutive epochs without progress. */
  idle = 0;

  constructor(private readonly rule: PlateauRule) {}

  /**
   * Takes the number of an epoch. NaN is never better.
   * @param counts whether progress ends the idle time; default true
   */
  next(value: number, epoch: number, counts: (value: number) => boolean = () => true): { isBest: boolean } {
    const { best, rule } = this;
    const isProgress = best === undefined ? !Number.isNaN(value) : this.beats(value, best);
    const isBetter = best === undefined || (rule.mode === 'min' ? value < best : value > best);
    const isBest = rule.as === 'scikit-learn' ? isBetter && !Number.isNaN(value) : isProgress;
    this.idle = isProgress && counts(value) ? 0 : this.idle + 1;
    if (isBest) {
      this.best = value;
      this.bestEpoch = epoch;
    }
    return { isBest };
  }

  /** What {@link restore} needs to go on, as JSON data. */
  state(): object {
    return { best: this.best ?? null, bestEpoch: this.bestEpoch ?? null, idle: this.idle };
  }

  /** @throws SteepestError `ERR_MODEL_FILE` for what {@link state} cannot have returned */
  restore(state: unknown): void {
    const { best, bestEpoch, idle } = (state ?? {}) as Record<string, unknown>;
    const isNothing = best === null && bestEpoch === null;
    if (!isCount(idle) || !(isNothing || (typeof best === 'number' && isCount(bestEpoch)))) refuseState();
    this.idle = idle;
    if (!isNothing) [this.best, this.bestEpoch] = [best as number, bestEpoch as number];
  }

  /** Whether a number is better than another by more than `minDelta`. */
  beats(value: number, other: number): boolean {
    const { mode, minDelta, as = 'keras' } = this.rule;
    // The order of the sums is that of each original, so that ties are decided alike.
    if (as === 'keras') return mode === 'min' ? value + minDelta < other : value - minDelta > other;
    return mode === 'min' ? value <= other - minDelta : value >= other + minDelta;
  }
}

/** @throws SteepestError `ERR_MODEL_FILE` */
export function refuseState(): never {
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: 'the state of a callback',
    given: 'something else',
    hint: 'The checkpoint is damaged: use an earlier one.',
  });
}
