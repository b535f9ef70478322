export type { ScoreFunction } from './columnScores.js';
export {
  type FeatureTestOptions,
  type FeatureTests,
  featureScores,
  type MutualInformationOptions,
} from './featureScores.js';
export {
  SelectKBest,
  type SelectKBestParams,
  SelectPercentile,
  type SelectPercentileParams,
} from './selectBest.js';
export { VarianceThreshold, type VarianceThresholdParams } from './varianceThreshold.js';
