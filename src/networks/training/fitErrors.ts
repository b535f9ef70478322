import { abortedError } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import { VERDICT } from '../../parallel/control.js';

/** A step whose loss or parameters are not finite. */
export function divergedError(verdict: number, step: number): SteepestError {
  const what = verdict & VERDICT.lossNotFinite ? 'a loss' : 'a parameter';
  return new SteepestError('ERR_DIVERGED', {
    expected: 'loss and parameters to stay finite',
    given: `${what} that is NaN or infinite in step ${step}`,
    hint: `The model keeps the parameters of step ${step - 1}. Scale the inputs to about −1 … 1, or lower the learning rate.`,
  });
}

/** An abort after step number `step`. */
export const abortedAfter = (signal: AbortSignal, step: number): SteepestError =>
  abortedError(
    signal,
    `an abort after step ${step}`,
    'The model keeps the parameters of that step; call fit again to go on.',
  );
