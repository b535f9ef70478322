import { SteepestError } from '../../core/errors.js';

/**
 * Lets an estimator train once at a time: what a second fit learns at the same time would be lost.
 */
export class OneAtATime {
  private isBusy = false;

  /** @throws SteepestError `ERR_BUSY` while another one runs */
  async run<T>(training: () => Promise<T>): Promise<T> {
    if (this.isBusy) {
      throw new SteepestError('ERR_BUSY', {
        expected: 'one fit of an estimator at a time',
        given: 'a call while a fit runs',
        hint: 'Await the fit, or use a clone.',
      });
    }
    this.isBusy = true;
    try {
      return await training();
    } finally {
      this.isBusy = false;
    }
  }
}
