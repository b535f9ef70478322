import { LogisticRegression } from './logisticRegression.js';
import { registerEstimator } from './registry.js';

registerEstimator('LogisticRegression', LogisticRegression);

export type {
  Classifier,
  Estimator,
  EstimatorFitOptions,
  Regressor,
  ScoreOptions,
  Transformer,
} from './base/estimator.js';
export type { FeatureInput } from './base/features.js';
export type { Label, LabelInput } from './base/labels.js';
export { LogisticRegression, type LogisticRegressionParams } from './logisticRegression.js';
export { loadEstimator } from './registry.js';
