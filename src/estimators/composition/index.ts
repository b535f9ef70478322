export type { ColumnChoice, ColumnRule } from './columnParts.js';
export { type ColumnSelector, type ColumnType, columns } from './columnSelector.js';
export {
  ColumnTransformer,
  columnTransformer,
} from './columnTransformer.js';
export type { ColumnTransformerParams } from './columnTransformerParams.js';
export {
  FeatureUnion,
  type FeatureUnionParams,
  featureUnion,
  type UnionPart,
} from './featureUnion.js';
export { pipeline } from './makePipeline.js';
export { Pipeline, type PipelineParams } from './pipeline.js';
export {
  TransformedTargetRegressor,
  type TransformedTargetRegressorParams,
} from './transformedTargetRegressor.js';
