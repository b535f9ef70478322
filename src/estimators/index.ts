import {
  CalibratedClassifierCV,
  FixedThresholdClassifier,
  TunedThresholdClassifierCV,
} from './calibration/index.js';
import {
  ColumnTransformer,
  FeatureUnion,
  Pipeline,
  TransformedTargetRegressor,
} from './composition/index.js';
import { ElasticNet } from './elasticNet.js';
import { ElasticNetCV } from './elasticNetCV.js';
import { SelectKBest, SelectPercentile, VarianceThreshold } from './featureSelection/index.js';
import { GammaRegressor } from './gammaRegressor.js';
import { HuberRegressor } from './huberRegressor.js';
import { Lasso } from './lasso.js';
import { LassoCV } from './lassoCV.js';
import { LinearRegression } from './linearRegression.js';
import { LogisticRegression } from './logisticRegression.js';
import { LogisticRegressionCV } from './logisticRegressionCV.js';
import { MLPClassifier } from './mlpClassifier.js';
import { MLPRegressor } from './mlpRegressor.js';
import { NetworkClassifier } from './networkClassifier.js';
import { NetworkRegressor } from './networkRegressor.js';
import { PoissonRegressor } from './poissonRegressor.js';
import {
  FunctionTransformer,
  LabelEncoder,
  MaxAbsScaler,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  PolynomialFeatures,
  RobustScaler,
  SimpleImputer,
  StandardScaler,
  TargetEncoder,
} from './preprocessing/index.js';
import { QuantileRegressor } from './quantileRegressor.js';
import { registerEstimator } from './registry.js';
import { Ridge } from './ridge.js';
import { RidgeCV } from './ridgeCV.js';
import { SGDClassifier } from './sgdClassifier.js';
import { SGDRegressor } from './sgdRegressor.js';

registerEstimator('CalibratedClassifierCV', CalibratedClassifierCV);
registerEstimator('ColumnTransformer', ColumnTransformer);
registerEstimator('FixedThresholdClassifier', FixedThresholdClassifier);
registerEstimator('TunedThresholdClassifierCV', TunedThresholdClassifierCV);
registerEstimator('FeatureUnion', FeatureUnion);
registerEstimator('FunctionTransformer', FunctionTransformer);
registerEstimator('LabelEncoder', LabelEncoder);
registerEstimator('GammaRegressor', GammaRegressor);
registerEstimator('HuberRegressor', HuberRegressor);
registerEstimator('LogisticRegression', LogisticRegression);
registerEstimator('LogisticRegressionCV', LogisticRegressionCV);
registerEstimator('PoissonRegressor', PoissonRegressor);
registerEstimator('MLPClassifier', MLPClassifier);
registerEstimator('MLPRegressor', MLPRegressor);
registerEstimator('NetworkClassifier', NetworkClassifier);
registerEstimator('NetworkRegressor', NetworkRegressor);
registerEstimator('MaxAbsScaler', MaxAbsScaler);
registerEstimator('MinMaxScaler', MinMaxScaler);
registerEstimator('OneHotEncoder', OneHotEncoder);
registerEstimator('OrdinalEncoder', OrdinalEncoder);
registerEstimator('Pipeline', Pipeline);
registerEstimator('PolynomialFeatures', PolynomialFeatures);
registerEstimator('RobustScaler', RobustScaler);
registerEstimator('SelectKBest', SelectKBest);
registerEstimator('SelectPercentile', SelectPercentile);
registerEstimator('SimpleImputer', SimpleImputer);
registerEstimator('StandardScaler', StandardScaler);
registerEstimator('TargetEncoder', TargetEncoder);
registerEstimator('TransformedTargetRegressor', TransformedTargetRegressor);
registerEstimator('VarianceThreshold', VarianceThreshold);
registerEstimator('LinearRegression', LinearRegression);
registerEstimator('QuantileRegressor', QuantileRegressor);
registerEstimator('Ridge', Ridge);
registerEstimator('RidgeCV', RidgeCV);
registerEstimator('SGDClassifier', SGDClassifier);
registerEstimator('SGDRegressor', SGDRegressor);
registerEstimator('Lasso', Lasso);
registerEstimator('LassoCV', LassoCV);
registerEstimator('ElasticNet', ElasticNet);
registerEstimator('ElasticNetCV', ElasticNetCV);

export type { Cell, TableInput, TableOutput } from './base/columns.js';
export type {
  Classifier,
  Estimator,
  EstimatorFitOptions,
  Regressor,
  ScoreOptions,
  Transformer,
} from './base/estimator.js';
export type { FeatureInput, NamedColumns } from './base/features.js';
export type { Label, LabelInput } from './base/labels.js';
export type { FittedOn } from './base/predictionForm.js';
export type { RowBatch, RowStream } from './base/rowStream.js';
export type { RowInput } from './base/work.js';
export * from './calibration/index.js';
export * from './composition/index.js';
export { ElasticNet, type ElasticNetParams } from './elasticNet.js';
export { ElasticNetCV, type ElasticNetCVParams } from './elasticNetCV.js';
export * from './featureSelection/index.js';
export { GammaRegressor, type GammaRegressorParams } from './gammaRegressor.js';
export type { GlmInference, InferenceOptions } from './glm/inference.js';
export type {
  LogLinkFitOptions,
  LogLinkInference,
  LogLinkParams,
  LogLinkScoreOptions,
} from './glm/logLinkRegressor.js';
export type { OffsetOptions } from './glm/offset.js';
export { HuberRegressor, type HuberRegressorParams } from './huberRegressor.js';
export { Lasso, type LassoParams } from './lasso.js';
export { LassoCV, type LassoCVParams } from './lassoCV.js';
export type { Inference, PerParameter } from './leastSquares/inference.js';
export { LinearRegression, type LinearRegressionParams } from './linearRegression.js';
export type { LogisticInference } from './logistic/inference.js';
export { LogisticRegression, type LogisticRegressionParams } from './logisticRegression.js';
export {
  type CrossFitOptions,
  LogisticRegressionCV,
  type LogisticRegressionCVParams,
} from './logisticRegressionCV.js';
export { MLPClassifier, type MLPClassifierParams } from './mlpClassifier.js';
export { MLPRegressor, type MLPRegressorParams } from './mlpRegressor.js';
export type { DescentFitOptions, NetworkFitOptions } from './network/trainNetwork.js';
export { NetworkClassifier, type NetworkClassifierParams } from './networkClassifier.js';
export { NetworkRegressor, type NetworkRegressorParams } from './networkRegressor.js';
export type { EstimatorOnnxOptions } from './onnx/options.js';
export {
  type EnetPathOptions,
  enetPath,
  type LassoPathOptions,
  lassoPath,
  type PenaltyPath,
} from './penaltyPaths.js';
export { PoissonRegressor, type PoissonRegressorParams } from './poissonRegressor.js';
export * from './preprocessing/index.js';
export { QuantileRegressor, type QuantileRegressorParams } from './quantileRegressor.js';
export { estimatorTypes, type LoadedEstimator, loadEstimator } from './registry.js';
export { Ridge, type RidgeParams } from './ridge.js';
export { RidgeCV, type RidgeCVParams } from './ridgeCV.js';
export * from './selection/index.js';
export { SGDClassifier, type SGDClassifierFitOptions, type SGDClassifierParams } from './sgdClassifier.js';
export { SGDRegressor, type SGDRegressorParams } from './sgdRegressor.js';
export type { RowClusterOptions } from './sharded/ownRows.js';
export { fromSklearn, type SklearnDump } from './sklearn/fromSklearn.js';
