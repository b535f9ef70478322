/** When training ends: scikit-learn's rules for its stochastic estimators. */

/** Called after every epoch. */
export interface Stopping {
  /** @returns false when training has made no progress for long enough */
  goesOn(loss: number): boolean | Promise<boolean>;
}

/**
 * Ends training when the loss has not fallen by more than `tol` for `epochs` consecutive epochs.
 */
export class LossPatience implements Stopping {
  private best = Number.POSITIVE_INFINITY;
  private idle = 0;

  constructor(
    private readonly tol: number,
    private readonly epochs: number,
  ) {}

  goesOn(loss: number): boolean {
    this.idle = loss > this.best - this.tol ? this.idle + 1 : 0;
    this.best = Math.min(this.best, loss);
    return this.idle < this.epochs;
  }
}

/**
 * Ends training when a score has not risen by `tol` for `epochs` consecutive epochs. Any rise makes
 * an epoch the best one, even one of less than `tol`; the first of equal scores stays the best.
 */
export class ScorePatience {
  private best = Number.NEGATIVE_INFINITY;
  private idle = 0;

  constructor(
    private readonly tol: number,
    private readonly epochs: number,
  ) {}

  next(score: number): { isBest: boolean; goesOn: boolean } {
    this.idle = score < this.best + this.tol ? this.idle + 1 : 0;
    const isBest = score > this.best;
    if (isBest) this.best = score;
    return { isBest, goesOn: this.idle < this.epochs };
  }
}
