/** The entry `steepest/kernels`: single kernels, for use without models. */

export type { Workers } from '../parallel/workers.js';
export {
  type DenseBackwardAsyncOptions,
  type DenseBackwardOptions,
  type DenseForwardAsyncOptions,
  type DenseForwardOptions,
  denseBackward,
  denseBackwardAsync,
  denseForward,
  denseForwardAsync,
} from './calls/dense.js';
export type { PoolOptions } from './calls/onPool.js';
export { type SgemmAsyncOptions, type SgemmOptions, sgemm, sgemmAsync } from './calls/sgemm.js';
