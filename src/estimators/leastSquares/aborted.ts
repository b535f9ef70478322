import { SteepestError } from '../../core/errors.js';

/** What a fit throws when its signal is aborted. */
export const abortedError = (signal: AbortSignal): SteepestError =>
  new SteepestError(
    'ERR_ABORTED',
    {
      expected: 'fit to run to its end',
      given: 'an aborted signal',
      hint: 'Nothing to do: the estimator keeps what it had learned before this fit.',
    },
    { cause: signal.reason },
  );
