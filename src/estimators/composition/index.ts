export type { ColumnChoice, ColumnRule } from './columnParts.js';
export {
  ColumnTransformer,
  type ColumnTransformerParams,
  columnTransformer,
} from './columnTransformer.js';
export { Pipeline, type PipelineParams, pipeline } from './pipeline.js';
