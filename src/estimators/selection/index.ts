export {
  type CrossValidateOptions,
  type CrossValidation,
  type CrossValidationResult,
  crossValidate,
  type ErrorScore,
} from './crossValidate.js';
export { type Fold, type FoldOptions, KFold, type Splitter, StratifiedKFold } from './folds.js';
export type { Candidate, CandidateScore, GridResults, ParamGrid } from './grid.js';
export {
  GridSearch,
  type GridSearchOptions,
  gridSearch,
  type SearchFitOptions,
} from './gridSearch.js';
export type { RowsInput, RowsOf } from './rows.js';
export { type ScorerFunction, type ScorerName, type Scoring, scorerNames } from './scorers.js';
export type { SearchProgress, SearchProgressFunction } from './searchProgress.js';
export { type SplitOptions, trainTestSplit } from './trainTestSplit.js';
