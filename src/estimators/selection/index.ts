export {
  type CrossValidateOptions,
  type CrossValidationResult,
  crossValidate,
} from './crossValidate.js';
export { type CrossValPredictOptions, crossValPredict, type PredictMethod } from './crossValPredict.js';
export { type Distribution, logUniform, randomInteger, uniform } from './distributions.js';
export type { ErrorScore } from './evaluation.js';
export { type Fold, type FoldOptions, KFold, type Splitter, StratifiedKFold } from './folds.js';
export type { Candidate, CandidateScore, GridResults, ParamGrid } from './grid.js';
export { GridSearch, type GridSearchOptions, gridSearch } from './gridSearch.js';
export { GroupKFold } from './groupKFold.js';
export {
  type CurvePoint,
  type LearningCurve,
  type LearningCurveOptions,
  type LearningPoint,
  learningCurve,
  type ValidationCurve,
  type ValidationCurveOptions,
  type ValidationPoint,
  validationCurve,
} from './learningCurves.js';
export { LeaveOneOut } from './leaveOneOut.js';
export type { CrossValidation } from './makeFolds.js';
export {
  type PermutationImportance,
  type PermutationImportanceOptions,
  permutationImportance,
} from './permutationImportance.js';
export {
  type ParamDistributions,
  RandomizedSearch,
  type RandomizedSearchOptions,
  randomizedSearch,
} from './randomizedSearch.js';
export { type RepeatedFoldOptions, RepeatedKFold, RepeatedStratifiedKFold } from './repeatedFolds.js';
export type { RowsInput, RowsOf } from './rows.js';
export { type ScorerFunction, type ScorerName, type Scoring, scorerNames } from './scorers.js';
export type { SearchFitOptions, SearchOptions } from './searchOptions.js';
export type { SearchProgress, SearchProgressFunction } from './searchProgress.js';
export { ShuffleSplit, type ShuffleSplitOptions, StratifiedShuffleSplit } from './shuffleSplit.js';
export { TimeSeriesSplit, type TimeSeriesSplitOptions } from './timeSeriesSplit.js';
export { type SplitOptions, trainTestSplit } from './trainTestSplit.js';
