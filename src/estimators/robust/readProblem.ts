import { checkAborted } from '../../core/abort.js';
import { inSlices } from '../../core/inParts.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkFiniteFeatures, type FeatureInput, type Features, readFeatures } from '../base/features.js';
import { checkOptions } from '../base/fitOptions.js';
import { readSingleTarget } from '../base/targets.js';
import { readSampleWeight } from '../base/weights.js';
import { type ScaledRows, scaleRows } from './scaledRows.js';

/** What a fit was given, checked; and the same in units of its columns. */
export interface Problem {
  features: Features;
  targets: Float64Array;
  scaled: ScaledRows;
}

/**
 * The arguments of `fit` of an estimator with one target that computes on the main thread.
 * @param type the estimator, for messages
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
 *   `ERR_ABORTED`
 */
export async function readProblem(
  type: string,
  givenX: FeatureInput,
  givenY: TargetInput | ColumnNames,
  options: EstimatorFitOptions,
  fitIntercept: boolean,
): Promise<Problem> {
  checkOptions(`${type}.fit`, options, ['sampleWeight', 'signal']);
  const { sampleWeight, signal } = options;
  const { x, y } = separateTarget('X', givenX, givenY);
  const features = readFeatures('X', x);
  checkFiniteFeatures('X', features);
  const targets = readSingleTarget('y', y, features.rows);
  const weights = readSampleWeight(sampleWeight, features.rows);
  checkAborted(signal);
  const scaled = await inSlices(scaleRows(features, targets, weights, fitIntercept), signal);
  return { features, targets, scaled };
}
