export {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  medianAbsoluteError,
} from './absoluteErrors.js';
export {
  type AccuracyOptions,
  accuracyScore,
  type BalancedAccuracyOptions,
  balancedAccuracyScore,
} from './accuracy.js';
export {
  type CohenKappaOptions,
  cohenKappaScore,
  type MatthewsOptions,
  matthewsCorrcoef,
} from './agreement.js';
export {
  type AreaAverage,
  type AveragePrecisionOptions,
  averagePrecisionScore,
  type RocAucOptions,
  rocAucScore,
} from './areas.js';
export { type BrierOptions, brierScoreLoss, type D2BrierOptions, d2BrierScore } from './brier.js';
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
export {
  type DevianceOptions,
  d2TweedieScore,
  meanGammaDeviance,
  meanPoissonDeviance,
  meanTweedieDeviance,
  type TweedieOptions,
} from './deviance.js';
export {
  type ExplainedVarianceOptions,
  explainedVarianceScore,
  type R2Options,
  r2Score,
} from './explained.js';
export type { Label, LabelInput, ValueInput, WeightInput } from './inputs.js';
export { d2LogLossScore, type LogLossOptions, logLoss } from './logLoss.js';
export type { MultiOutput, RegressionScoreOptions } from './outputs.js';
export { d2AbsoluteErrorScore, d2PinballScore, meanPinballLoss, type PinballOptions } from './pinball.js';
export {
  type Average,
  f1Score,
  type PrecisionRecallOptions,
  precisionScore,
  recallScore,
  type ZeroDivision,
} from './precisionRecall.js';
export type { ProbabilityOptions } from './probabilities.js';
export { meanSquaredError, rootMeanSquaredError } from './squaredErrors.js';
export { type TopKOptions, topKAccuracyScore } from './topK.js';
