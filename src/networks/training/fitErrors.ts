import { abortedError } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import { VERDICT } from '../../parallel/control.js';

/** What a model has after a fit that failed. */
interface Kept {
  /** A callback restores the best epoch at the end. */
  keepsBest: boolean;
}

/** A step whose loss or parameters are not finite. */
export function divergedError(verdict: number, step: number, { keepsBest }: Kept): SteepestError {
  const what = verdict & VERDICT.lossNotFinite ? 'a loss' : 'a parameter';
  return new SteepestError('ERR_DIVERGED', {
    expected: 'loss and parameters to stay finite',
    given: `${what} that is NaN or infinite in step ${step}`,
    hint: `The model ${keepsBest ? 'has the parameters of its best epoch' : `keeps the parameters of step ${step - 1}`}. Scale the inputs to about −1 … 1, or lower the learning rate.`,
  });
}

/** An abort after step number `step`. */
export function abortedAfter(signal: AbortSignal, step: number, of?: Kept): SteepestError {
  const kept = of?.keepsBest ? 'has the parameters of its best epoch' : 'keeps the parameters of that step';
  return abortedError(signal, `an abort after step ${step}`, `The model ${kept}; call fit again to go on.`);
}
