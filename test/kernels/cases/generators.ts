import type { OpKind } from '#steepest/kernels/contract.js';
import type { Generate } from './draws.js';
import { convolutionCases } from './families/convolution.js';
import { elementwiseCases } from './families/elementwise.js';
import { gemmCases } from './families/gemm.js';
import { imageCases } from './families/images.js';
import { leastSquaresCases } from './families/leastSquares.js';
import { linearCases } from './families/linear.js';
import { lossCases } from './families/losses.js';
import { metricCases } from './families/metrics.js';
import { normalisationCases } from './families/normalisation.js';
import { poolingCases } from './families/pooling.js';
import { rowCases } from './families/rows.js';
import { updateCases } from './families/updates.js';
import { winogradCases } from './families/winograd.js';

/** How to draw a case of every kind of op. */
export const GENERATORS: Record<OpKind, Generate> = {
  ...rowCases,
  ...gemmCases,
  ...elementwiseCases,
  ...lossCases,
  ...metricCases,
  ...updateCases,
  ...linearCases,
  ...leastSquaresCases,
  ...imageCases,
  ...convolutionCases,
  ...winogradCases,
  ...poolingCases,
  ...normalisationCases,
};

/** Kinds that need a column, since they choose among classes or hold a loss in column 0. */
export const NEEDS_COLUMN: ReadonlySet<OpKind> = new Set([
  'softmaxCrossEntropy',
  'categoricalCrossEntropy',
  'categoricalFocal',
  'categoricalHinge',
  'oneHot',
  'argmaxAccuracy',
  'topK',
  'tally',
  'weighColumns',
  'rowSums',
]);
