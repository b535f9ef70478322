import { accuracyScore } from '../../scores/index.js';
import type { ScoreOptions } from './estimator.js';
import type { Label, LabelInput } from './labels.js';
import { readSampleWeight } from './weights.js';

/** Share of rows whose class is predicted right: what `score` of every classifier is. */
export function classificationScore(y: LabelInput, predicted: Label[], options: ScoreOptions): number {
  const sampleWeight = readSampleWeight(options.sampleWeight, predicted.length);
  return accuracyScore(y, predicted, { sampleWeight });
}
