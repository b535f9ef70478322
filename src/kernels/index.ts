/** The entry `steepest/kernels`: single kernels, for use without models. */
export {
  type DenseBackwardOptions,
  type DenseForwardOptions,
  denseBackward,
  denseForward,
} from './calls/dense.js';
export { type SgemmOptions, sgemm } from './calls/sgemm.js';
