import * as design from './float64/design.js';
import * as jacobi from './float64/jacobi.js';
import * as linear from './float64/linear.js';
import * as logistic from './float64/logistic.js';
import * as logLink from './float64/logLink.js';
import * as normalResidual from './float64/normalResidual.js';
import * as triangular from './float64/triangular.js';
import * as move from './images/move.js';
import * as pool from './images/pool.js';
import * as pool2x2 from './images/pool2x2.js';
import * as rows from './images/rows.js';
import * as windows from './images/windows.js';
import * as batchNorm from './norm/batchNorm.js';
import * as layerNorm from './norm/layerNorm.js';
import { prelu } from './norm/prelu.js';
import * as sums from './norm/sums.js';
import * as accuracy from './rows/accuracy.js';
import * as tableRows from './rows/move.js';
import * as oneHot from './rows/oneHot.js';
import * as random from './rows/random.js';
import * as tally from './rows/tally.js';
import * as weightRows from './rows/weightRows.js';
import { constrain, transposeRows } from './updates/afterUpdate.js';
import { accumulateGradient, addGradient, clipFactor, scaleGradient } from './updates/gradients.js';

/**
 * The kernels that both sets have in common: the contract's order costs JavaScript nothing there.
 * A module exports each kernel under the name of its kind of op.
 */
export const sharedOps = {
  ...design,
  ...jacobi,
  ...linear,
  ...logistic,
  ...logLink,
  ...normalResidual,
  ...triangular,
  ...move,
  ...pool,
  ...pool2x2,
  ...rows,
  ...windows,
  ...batchNorm,
  ...layerNorm,
  prelu,
  ...sums,
  ...accuracy,
  ...oneHot,
  ...tableRows,
  ...random,
  ...tally,
  ...weightRows,
  accumulateGradient,
  addGradient,
  clipFactor,
  constrain,
  scaleGradient,
  transposeRows,
};
