import type { NdArray } from '../../core/ndarray.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { accuracyScore, r2Score } from '../../metrics/index.js';
import type { ScoreOptions } from './estimator.js';
import { checkOptions } from './fitOptions.js';
import type { Label, LabelInput } from './labels.js';
import { readTargets } from './targets.js';
import { readSampleWeight } from './weights.js';

const SCORE_KEYS = ['sampleWeight'];

/** Fraction of rows whose class is predicted correctly: the `score` of every classifier. */
export function classificationScore(y: LabelInput, predicted: Label[], options: ScoreOptions): number {
  checkOptions('score', options, SCORE_KEYS);
  const sampleWeight = readSampleWeight(options.sampleWeight, predicted.length);
  return accuracyScore(y, predicted, { sampleWeight });
}

/** R² of predictions, rows × targets, averaged over targets: the `score` of every regressor. */
export function regressionScore(
  y: TargetInput,
  { data, shape }: NdArray<Float64Array>,
  options: ScoreOptions,
): number {
  checkOptions('score', options, SCORE_KEYS);
  const [rows, cols] = shape as [number, number];
  const truth = readTargets('y', y, rows);
  const sampleWeight = readSampleWeight(options.sampleWeight, rows);
  return r2Score(
    { data: truth.data, shape: [rows, truth.cols] },
    { data, shape: [rows, cols] },
    { sampleWeight },
  );
}
