export type { ColumnChoice, ColumnRule } from './columnParts.js';
export {
  ColumnTransformer,
  columnTransformer,
} from './columnTransformer.js';
export type { ColumnTransformerParams } from './columnTransformerParams.js';
export { Pipeline, type PipelineParams, pipeline } from './pipeline.js';
