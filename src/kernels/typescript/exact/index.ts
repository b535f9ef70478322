/**
 * The exact TypeScript kernels: the contract in its plainest form, bit for bit what the native kernels compute.
 * They are the oracle of the tests and the `numerics: 'exact'` of machines without the add-on; clarity comes first.
 */

import { normalizeWith } from '../norm/batchNorm.js';
import type { OpTable } from '../prepare.js';
import { sharedOps } from '../shared.js';
import * as activation from './activation.js';
import * as conv from './conv.js';
import * as convRows from './convRows.js';
import * as gather from './gather.js';
import * as gemm from './gemm.js';
import * as logitLosses from './logitLosses.js';
import * as metrics from './metrics.js';
import * as optimizers from './optimizers.js';
import * as probabilityLosses from './probabilityLosses.js';
import * as qr from './qr.js';
import * as random from './random.js';
import * as reduce from './reduce.js';
import * as regressionLosses from './regressionLosses.js';
import * as softmax from './softmax.js';
import * as weightRows from './weightRows.js';
import * as winograd from './winograd.js';

/** The exact kernel of every kind of op: see the fast ones. */
export const exactOps: OpTable = {
  ...sharedOps,
  ...activation,
  ...conv,
  ...convRows,
  ...gather,
  ...gemm,
  ...logitLosses,
  ...metrics,
  ...optimizers,
  ...probabilityLosses,
  ...qr,
  ...random,
  ...reduce,
  ...regressionLosses,
  ...softmax,
  ...weightRows,
  ...winograd,
  normalize: normalizeWith(activation.activateInPlace),
};
