/** Fits and scores of folds over the ranks of a cluster: what ranks compare and send. */
import { SteepestError } from '../../../core/errors.js';
import { decodeSafetensors } from '../../../io/safetensors.js';
import { BaseEstimator } from '../../base/estimator.js';
import { savedBytes, savedFrom } from '../../base/saved.js';
import type { Evaluation, FoldResult } from '../evaluation.js';
import { cloneForJob, type Fittable } from '../jobs.js';
import { type Print, printOfRows, printOfValue } from './agreement.js';
import type { SharedCall } from './inStep.js';
import type { Sending } from './sharedJobs.js';
import { hashOf } from './valueHash.js';

/** What decides the scores of folds. */
export async function printOf(
  estimator: Fittable,
  evaluation: Evaluation,
  scoring: unknown,
  more: Print = {},
): Promise<Print> {
  const { x, y, folds, scorers, sampleWeight, returnTrainScore, errorScore } = evaluation;
  return {
    estimator: await printOfValue(String(estimator), estimator),
    ...more,
    X: await printOfRows('X', x),
    y: await printOfRows('y', y),
    sampleWeight: await printOfRows('sampleWeight', sampleWeight),
    folds: [`${folds.length}`, await hashOf(folds)],
    scoring: await printOfValue(scorers.names.join(', '), scoring),
    errorScore: [`${errorScore}`],
    returnTrainScore: [`${returnTrainScore}`],
  };
}

/**
 * How results of folds are sent.
 * @param keeps whether the fitted estimators are
 */
export function sendingResults(
  estimator: Fittable,
  { call, limit }: Evaluation,
  keeps = false,
): Sending<FoldResult> {
  return {
    send: ({ estimator: fitted, ...rest }) => (keeps ? { ...rest, fitted: asOwn(fitted).toBytes() } : rest),
    receive(sent) {
      const { fitted, ...rest } = sent as Omit<FoldResult, 'estimator'> & { fitted?: Uint8Array };
      return { ...rest, estimator: fitted === undefined ? estimator : restored(estimator, limit, fitted) };
    },
    received({ warning }) {
      if (warning !== undefined) warnOfFailure(warning, call);
    },
  };
}

/** A copy of the estimator that has learned what another one had when it was saved. */
function restored(estimator: Fittable, limit: number, bytes: Uint8Array): Fittable {
  const copy = cloneForJob(estimator, limit);
  asOwn(copy).fromSaved(savedFrom(decodeSafetensors(bytes)));
  return copy;
}

/** An estimator that {@link checkSendable} has seen. */
const asOwn = (estimator: Fittable): BaseEstimator<object> => estimator as unknown as BaseEstimator<object>;

/**
 * @throws SteepestError `ERR_ARGUMENT` for an estimator that cannot be sent once it is fitted: one
 *   that cannot be saved as a whole
 */
export function checkSendable(estimator: Fittable): void {
  let cause: unknown;
  try {
    if (estimator instanceof BaseEstimator) return void savedBytes(asOwn(estimator.clone()).toSaved());
  } catch (error) {
    cause = error;
  }
  throw new SteepestError(
    'ERR_ARGUMENT',
    {
      expected: 'an estimator that can be saved, for returnEstimator over a cluster',
      given: String(estimator),
      hint: 'Leave returnEstimator out, or use an estimator of this package without own functions.',
    },
    { cause },
  );
}

/** Of a cluster's ranks the first warns of all failures: the user reads of each once. */
export function warnOfFailure(warning: string, call: SharedCall | undefined): void {
  if (call !== undefined && call.rank > 0) return;
  process.emitWarning(warning, { type: 'SteepestWarning', code: 'STEEPEST_FIT_FAILED' });
}
