export {
  type ColumnChoice,
  type ColumnRule,
  ColumnTransformer,
  type ColumnTransformerParams,
  columnTransformer,
} from './columnTransformer.js';
export { Pipeline, type PipelineParams, pipeline } from './pipeline.js';
