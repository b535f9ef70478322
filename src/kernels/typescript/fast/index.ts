import type { OpTable } from '../kernel.js';
import { normalizeWith } from '../norm/batchNorm.js';
import { sharedOps } from '../shared.js';
import * as activation from './activation.js';
import * as adaptiveUpdates from './adaptiveUpdates.js';
import * as conv from './conv.js';
import * as convRows from './convRows.js';
import * as crossEntropy from './crossEntropy.js';
import * as elementLoss from './elementLoss.js';
import * as focal from './focal.js';
import * as gather from './gather.js';
import * as gemm from './gemm.js';
import * as gradients from './gradients.js';
import * as metrics from './metrics.js';
import * as qr from './qr.js';
import * as reduce from './reduce.js';
import * as regression from './regression.js';
import * as rowLosses from './rowLosses.js';
import * as softmax from './softmax.js';
import * as updates from './updates.js';
import * as winograd from './winograd.js';

/**
 * The fast kernel of every kind of op. A module exports each kernel under the name of its kind; one
 * that is missing is an error of types here.
 */
export const fastOps: OpTable = {
  ...sharedOps,
  ...activation,
  ...adaptiveUpdates,
  ...conv,
  ...convRows,
  ...crossEntropy,
  ...elementLoss,
  ...focal,
  ...gather,
  ...gemm,
  ...gradients,
  ...metrics,
  ...qr,
  ...reduce,
  ...regression,
  ...rowLosses,
  ...softmax,
  ...updates,
  ...winograd,
  normalize: normalizeWith(activation.activateInPlace),
  // Sums of products in float64 need no other order: the same as the convolutions that they stand for.
  conv2dWinograd: conv.conv2d,
  conv2dMaxPoolWinograd: conv.conv2dMaxPool,
  conv2dInputWinograd: conv.conv2dInput,
};
