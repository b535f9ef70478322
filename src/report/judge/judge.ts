import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { judgeEstimator } from './estimator.js';
import { isNetwork } from './inside.js';
import type { GivenNames, Judged } from './judged.js';
import { judgeNetwork } from './network.js';

/** @throws SteepestError `ERR_ARGUMENT` for what does not predict */
export function checkModel(model: unknown): object {
  const isModel =
    typeof model === 'object' && model !== null && 'predict' in model && typeof model.predict === 'function';
  if (isModel && (isNetwork(model) || 'getParams' in model)) return model;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'model to be a trained network, estimator, pipeline or search that predicts',
    given: show(model),
    hint: 'Pass the object itself, after fit or load.',
  });
}

/**
 * What a model says of rows beside the truth.
 * @param names those that the caller knows
 * @throws SteepestError whatever the model's `predict` throws, and for targets that do not fit
 */
export function judge(model: object, x: unknown, y: unknown, names: GivenNames): Promise<Judged> {
  return isNetwork(model) ? judgeNetwork(model, x, y, names) : judgeEstimator(model, x, y, names);
}
