export {
  type AccuracyOptions,
  accuracyScore,
  type BalancedAccuracyOptions,
  balancedAccuracyScore,
} from './accuracy.js';
export {
  type AreaAverage,
  type AveragePrecisionOptions,
  averagePrecisionScore,
  type RocAucOptions,
  rocAucScore,
} from './areas.js';
export {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
  type ReportRow,
} from './classificationReport.js';
export { type ConfusionMatrix, type ConfusionMatrixOptions, confusionMatrix } from './confusionMatrix.js';
export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from './curves.js';
export type { Label, LabelInput, ValueInput, WeightInput } from './inputs.js';
export { type LogLossOptions, logLoss } from './logLoss.js';
export {
  type Average,
  f1Score,
  type PrecisionRecallOptions,
  precisionScore,
  recallScore,
  type ZeroDivision,
} from './precisionRecall.js';
export {
  type MultiOutput,
  meanAbsoluteError,
  meanSquaredError,
  type R2Options,
  type RegressionScoreOptions,
  r2Score,
  rootMeanSquaredError,
} from './regression.js';
