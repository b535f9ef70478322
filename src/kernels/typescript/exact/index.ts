/**
 * The exact TypeScript kernels: the contract in its plainest form, bit for bit what the native kernels compute.
 * They are the oracle of the tests and the `numerics: 'exact'` of machines without the add-on; clarity comes first.
 */

import { gatherDesign } from '../float64/design.js';
import { jacobiRows } from '../float64/jacobi.js';
import { prepareCurvatureRows, prepareLinearGradient, prepareLinearScores } from '../float64/linear.js';
import { prepareLogisticLoss } from '../float64/logistic.js';
import { normalResidual } from '../float64/normalResidual.js';
import { triangularSolve } from '../float64/triangular.js';
import {
  prepareGatherImages,
  prepareImagesToRows,
  preparePadImages,
  prepareRowsToImages,
} from '../images/move.js';
import {
  prepareAveragePool2d,
  prepareAveragePool2dBackward,
  prepareMaxPool2d,
  prepareMaxPool2dBackward,
} from '../images/pool.js';
import { prepareMaxPool2x2Backward } from '../images/pool2x2.js';
import { prepareAveragePool2dRows, preparePadRows } from '../images/rows.js';
import { prepareDrawWindows, prepareGatherImageWindows, prepareGatherWindows } from '../images/windows.js';
import {
  foldNorm,
  frozenMoments,
  mergeMoments,
  mergeSlopes,
  movingMoments,
  normalizeBackward,
  normalizeWith,
  normGradients,
} from '../norm/batchNorm.js';
import { layerNorm, layerNormBackward } from '../norm/layerNorm.js';
import { groupMoments } from '../norm/sums.js';
import type { OpTable } from '../prepare.js';
import { activateInPlace, prepareActivation, prepareActivationBackward } from './activation.js';
import {
  prepareChannelSums,
  prepareConv2d,
  prepareConv2dInput,
  prepareConv2dMaxPool,
  prepareConv2dMaxPoolWeights,
  prepareConv2dWeights,
} from './conv.js';
import { maxPool2dRows, prepareConv2dRows } from './convRows.js';
import { prepareCopyRows, prepareGatherLabels, prepareGatherRows, prepareScaleShift } from './gather.js';
import { prepareGemm } from './gemm.js';
import { prepareSigmoidCrossEntropy, prepareSoftmaxCrossEntropy } from './logitLosses.js';
import { prepareArgmaxAccuracy, prepareR2Terms, prepareThresholdAccuracy } from './metrics.js';
import { prepareAdam, prepareMomentum, preparePenalty, prepareRmsprop, prepareSgd } from './optimizers.js';
import { prepareBinaryCrossEntropy, prepareCategoricalCrossEntropy } from './probabilityLosses.js';
import { prepareQrFold } from './qr.js';
import { prepareDropout, prepareShuffle } from './random.js';
import { prepareBiasGradient, prepareRowSums } from './reduce.js';
import { prepareMeanAbsoluteError, prepareMeanSquaredError } from './regressionLosses.js';
import { prepareSoftmax, prepareSoftmaxBackward } from './softmax.js';
import { prepareWeightRows } from './weightRows.js';
import {
  prepareConv2dInputWinograd,
  prepareConv2dMaxPoolWinograd,
  prepareConv2dWeightsWinograd,
  prepareConv2dWinograd,
  prepareWinogradGradient,
} from './winograd.js';

export const exactOps: OpTable = {
  gatherRows: prepareGatherRows,
  gatherLabels: prepareGatherLabels,
  gemm: prepareGemm,
  biasGradient: prepareBiasGradient,
  activation: prepareActivation,
  activationBackward: prepareActivationBackward,
  scaleShift: prepareScaleShift,
  dropout: prepareDropout,
  softmax: prepareSoftmax,
  softmaxBackward: prepareSoftmaxBackward,
  softmaxCrossEntropy: prepareSoftmaxCrossEntropy,
  sigmoidCrossEntropy: prepareSigmoidCrossEntropy,
  categoricalCrossEntropy: prepareCategoricalCrossEntropy,
  binaryCrossEntropy: prepareBinaryCrossEntropy,
  meanSquaredError: prepareMeanSquaredError,
  meanAbsoluteError: prepareMeanAbsoluteError,
  argmaxAccuracy: prepareArgmaxAccuracy,
  thresholdAccuracy: prepareThresholdAccuracy,
  r2Terms: prepareR2Terms,
  rowSums: prepareRowSums,
  penalty: preparePenalty,
  sgd: prepareSgd,
  momentum: prepareMomentum,
  rmsprop: prepareRmsprop,
  adam: prepareAdam,
  copyRows: prepareCopyRows,
  shuffle: prepareShuffle,
  linearScores: prepareLinearScores,
  logisticLoss: prepareLogisticLoss,
  linearGradient: prepareLinearGradient,
  curvatureRows: prepareCurvatureRows,
  gatherDesign,
  qrFold: prepareQrFold,
  triangularSolve,
  jacobiRows,
  normalResidual,
  weightRows: prepareWeightRows,
  gatherImages: prepareGatherImages,
  padImages: preparePadImages,
  conv2d: prepareConv2d,
  conv2dInput: prepareConv2dInput,
  conv2dMaxPool: prepareConv2dMaxPool,
  maxPool2x2Backward: prepareMaxPool2x2Backward,
  conv2dWeights: prepareConv2dWeights,
  channelSums: prepareChannelSums,
  maxPool2d: prepareMaxPool2d,
  maxPool2dBackward: prepareMaxPool2dBackward,
  averagePool2d: prepareAveragePool2d,
  averagePool2dBackward: prepareAveragePool2dBackward,
  imagesToRows: prepareImagesToRows,
  rowsToImages: prepareRowsToImages,
  drawWindows: prepareDrawWindows,
  gatherWindows: prepareGatherWindows,
  gatherImageWindows: prepareGatherImageWindows,
  groupMoments,
  mergeMoments,
  movingMoments,
  frozenMoments,
  normalize: normalizeWith(activateInPlace),
  mergeSlopes,
  normalizeBackward,
  normGradients,
  foldNorm,
  layerNorm,
  layerNormBackward,
  padRows: preparePadRows,
  conv2dRows: prepareConv2dRows,
  maxPool2dRows,
  averagePool2dRows: prepareAveragePool2dRows,
  conv2dWinograd: prepareConv2dWinograd,
  conv2dMaxPoolWinograd: prepareConv2dMaxPoolWinograd,
  conv2dInputWinograd: prepareConv2dInputWinograd,
  conv2dWeightsWinograd: prepareConv2dWeightsWinograd,
  winogradGradient: prepareWinogradGradient,
  conv2dMaxPoolWeights: prepareConv2dMaxPoolWeights,
};
