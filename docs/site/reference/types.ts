// Types without a name in the package that say what options and results are: the reference shows
// them beside the public ones.
export type { ArrowOptions } from '../../../src/data/arrow/arrow.js';
export type { LabelledImages } from '../../../src/data/idx.js';
export type { ReadLimits, ReadOptions } from '../../../src/data/limits/readLimits.js';
export type { ParquetOptions } from '../../../src/data/parquet/parquet.js';
export type { MlpParams } from '../../../src/estimators/network/mlpParams.js';
export type { NetworkParams } from '../../../src/estimators/network/networkParams.js';
export type { Backend } from '../../../src/kernels/backend.js';
export type { ActivationConfig } from '../../../src/networks/layers/activation.js';
export type { BatchNormConfig } from '../../../src/networks/layers/batchNorm.js';
export type { Conv2dConfig } from '../../../src/networks/layers/conv2d.js';
export type { LayerConfig } from '../../../src/networks/layers/definition.js';
export type { DenseConfig } from '../../../src/networks/layers/dense.js';
export type { DropoutConfig } from '../../../src/networks/layers/dropout.js';
export type { LayerNormConfig } from '../../../src/networks/layers/layerNorm.js';
export type {
  AveragePool2dConfig,
  GlobalAveragePool2dConfig,
  MaxPool2dConfig,
} from '../../../src/networks/layers/pool2d.js';
export type { PreluConfig } from '../../../src/networks/layers/prelu.js';
export type { RandomCropConfig } from '../../../src/networks/layers/randomCrop.js';
export type { RandomFlipConfig } from '../../../src/networks/layers/randomFlip.js';
export type { RandomTranslationConfig } from '../../../src/networks/layers/randomTranslation.js';
export type { RescalingConfig } from '../../../src/networks/layers/rescaling.js';
export type { FlattenConfig, ReshapeConfig } from '../../../src/networks/layers/reshape.js';
export type { LayerTraining } from '../../../src/networks/models/layerTraining.js';
export type { ExplainOptions } from '../../../src/networks/models/sweepOptions.js';
