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
import { activateInPlace, activation, activationBackward } from './activation.js';
import {
  channelSums,
  conv2d,
  conv2dInput,
  conv2dMaxPool,
  conv2dMaxPoolWeights,
  conv2dWeights,
} from './conv.js';
import { conv2dRows, maxPool2dRows } from './convRows.js';
import {
  binaryCrossEntropy,
  categoricalCrossEntropy,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from './crossEntropy.js';
import { copyRows, gatherLabels, gatherRows, scaleShift } from './gather.js';
import { gemm } from './gemm.js';
import { argmaxAccuracy, r2Terms, thresholdAccuracy } from './metrics.js';
import { qrFold } from './qr.js';
import { dropout, shuffle } from './random.js';
import { biasGradient, penalty, rowSums } from './reduce.js';
import { meanAbsoluteError, meanSquaredError } from './regression.js';
import { softmax, softmaxBackward } from './softmax.js';
import { adam, momentum, rmsprop, sgd } from './updates.js';
import { weightRows } from './weightRows.js';
import { conv2dWeightsWinograd, winogradGradient } from './winograd.js';

/** The fast kernel of every kind of op. */
export const fastOps: OpTable = {
  gatherRows,
  gatherLabels,
  gemm,
  biasGradient,
  activation,
  activationBackward,
  scaleShift,
  dropout,
  softmax,
  softmaxBackward,
  softmaxCrossEntropy,
  sigmoidCrossEntropy,
  categoricalCrossEntropy,
  binaryCrossEntropy,
  meanSquaredError,
  meanAbsoluteError,
  argmaxAccuracy,
  thresholdAccuracy,
  r2Terms,
  rowSums,
  penalty,
  sgd,
  momentum,
  rmsprop,
  adam,
  copyRows,
  shuffle,
  linearScores: prepareLinearScores,
  logisticLoss: prepareLogisticLoss,
  linearGradient: prepareLinearGradient,
  curvatureRows: prepareCurvatureRows,
  gatherDesign,
  qrFold,
  triangularSolve,
  jacobiRows,
  normalResidual,
  weightRows,
  gatherImages: prepareGatherImages,
  padImages: preparePadImages,
  conv2d,
  conv2dInput,
  conv2dMaxPool,
  maxPool2x2Backward: prepareMaxPool2x2Backward,
  conv2dWeights,
  channelSums,
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
  conv2dRows,
  maxPool2dRows,
  averagePool2dRows: prepareAveragePool2dRows,
  // Sums of products in float64 need no other order: the same as the convolutions that they stand for.
  conv2dWinograd: conv2d,
  conv2dMaxPoolWinograd: conv2dMaxPool,
  conv2dInputWinograd: conv2dInput,
  conv2dWeightsWinograd,
  winogradGradient,
  conv2dMaxPoolWeights,
};
