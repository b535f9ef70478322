import { type Mode, Plateau } from '../../networks/callbacks/plateau.js';

/**
 * scikit-learn's rule for its stochastic estimators: training ends when a loss or score has not
 * improved by `tol` for some consecutive epochs.
 */
export class Stopping {
  private readonly plateau: Plateau;
  private epoch = 0;

  /**
   * @param mode `'min'` for losses, `'max'` for scores
   * @param epochs consecutive epochs without progress after which training ends
   */
  constructor(
    mode: Mode,
    tol: number,
    private readonly epochs: number,
  ) {
    this.plateau = new Plateau({ mode, minDelta: tol, as: 'scikit-learn' });
  }

  /** Takes the loss or score of an epoch. */
  next(value: number): { isBest: boolean; goesOn: boolean } {
    const { isBest } = this.plateau.next(value, this.epoch++);
    return { isBest, goesOn: this.plateau.idle < this.epochs };
  }
}
