/**
 * The exact TypeScript kernels: the contract in its plainest form, bit for bit what the native kernels compute.
 * They are the oracle of the tests and the `numerics: 'exact'` of machines without the add-on; clarity comes first.
 */

import type { OpTable } from '../kernel.js';
import { normalizeWith } from '../norm/batchNorm.js';
import { sharedOps } from '../shared.js';
import * as activation from './activation.js';
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

/** The exact kernel of every kind of op: see the fast ones. */
export const exactOps: OpTable = {
  ...sharedOps,
  ...activation,
  ...conv,
  ...convRows,
  ...elementLoss,
  ...focal,
  ...gather,
  ...gemm,
  ...gradients,
  ...crossEntropy,
  ...metrics,
  ...updates,
  ...qr,
  ...reduce,
  ...regression,
  ...rowLosses,
  ...softmax,
  ...winograd,
  normalize: normalizeWith(activation.activateInPlace),
};
