import { SteepestError } from '../../core/errors.js';
import type { MlpParams } from './mlpParams.js';
import type { DescentFitOptions } from './trainNetwork.js';

/**
 * Refuses what solver `'lbfgs'` could only ignore, because it has neither epochs nor mini-batches.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkLbfgs(
  { solver, earlyStopping, batchSize }: MlpParams,
  { callbacks }: DescentFitOptions,
): void {
  if (solver !== 'lbfgs') return;
  const refuse = (what: string, given: string): never => {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} with solver 'adam' or 'sgd', which have epochs and mini-batches`,
      given: `${given} with solver 'lbfgs', which computes on all rows at once`,
      hint: `Leave ${what} out, or choose another solver.`,
    });
  };
  if (callbacks !== undefined) refuse('callbacks', 'callbacks');
  if (earlyStopping) refuse('earlyStopping', 'earlyStopping: true');
  if (batchSize !== 'auto') refuse('batchSize', `batchSize: ${batchSize}`);
}
