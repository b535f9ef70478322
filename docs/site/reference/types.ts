export type { DenseConfig } from '../../../src/networks/layers/dense.js';
