export type { ScoreFunction } from './columnScores.js';
export {
  SelectKBest,
  type SelectKBestParams,
  SelectPercentile,
  type SelectPercentileParams,
} from './selectBest.js';
export { VarianceThreshold, type VarianceThresholdParams } from './varianceThreshold.js';
