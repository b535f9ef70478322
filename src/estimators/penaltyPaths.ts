import { checkBoolean, checkInteger, checkNumber } from '../core/check.js';
import { Matrix } from '../core/matrix.js';
import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import { chooseKernels, type KernelOptions } from '../kernels/kernelOptions.js';
import type { Workers } from '../parallel/workers.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from './base/fitOptions.js';
import type { RowStream } from './base/rowStream.js';
import { workersParam } from './base/workersParam.js';
import { readRows } from './leastSquares/input.js';
import { noGrid, oneTarget, pathAlphas } from './penalized/crossModel.js';
import { interceptOf } from './penalized/moments.js';
import { alphaGrid, pathOf, warnUnlessConverged } from './penalized/path.js';
import { checkRatio } from './penalized/penalizedModel.js';
import { penalizedProblem } from './penalized/problem.js';

/** Options of {@link lassoPath}. */
export interface LassoPathOptions extends EstimatorFitOptions, KernelOptions {
  /** The number of alphas (100), or the alphas themselves. */
  alphas?: number | readonly number[];
  /** The smallest alpha as a fraction of the largest (1e-3). */
  eps?: number;
  /** Centre the columns and the targets first (true). */
  fitIntercept?: boolean;
  /** Only coefficients of at least 0 (false). */
  positive?: boolean;
  /** The duality gap that is accepted, relative to the mean square of the targets (1e-4). */
  tol?: number;
  /** Maximum passes over the columns, for each alpha (1000). */
  maxIter?: number;
  /** Worker threads of the pass over the rows (`'auto'`). */
  workers?: Workers;
}

/** Options of {@link enetPath}. */
export interface EnetPathOptions extends LassoPathOptions {
  /** The part of the penalty that is L1, from 0 to 1 (0.5). */
  l1Ratio?: number;
}

/** Coefficients along a path of penalties. */
export interface PenaltyPath {
  /** Largest first. */
  alphas: Float64Array;
  /** [alphas, columns]. */
  coef: Matrix<Float64Array>;
  /** One per alpha; 0 without `fitIntercept`. */
  intercepts: Float64Array;
  /** Upper bounds of the objective's distance from its minimum, one per alpha. */
  dualGaps: Float64Array;
  /** Passes over the columns, one per alpha. */
  nIters: Float64Array;
}

const LASSO_KEYS = [
  'alphas',
  'eps',
  'fitIntercept',
  'positive',
  'tol',
  'maxIter',
  'workers',
  ...WEIGHTED_FIT_KEYS,
];

/**
 * The lasso's coefficients for many alphas, from one pass over the rows: see `Lasso`.
 * @param x rows × columns; or a stream of batches `{ x, y, sampleWeight? }`
 * @param y one value per row; undefined with a stream
 * @throws SteepestError as `LassoCV.fit` does
 * @example
 * ```ts
 * import { data, lassoPath } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const path = await lassoPath(x, y, { alphas: 20 });
 * // At the first, largest alpha all coefficients are 0.
 * console.log(path.alphas.length, Math.max(...path.coef.row(0))); // 20 0
 * ```
 */
export async function lassoPath(
  x: FeatureInput | RowStream,
  y?: TargetInput | ColumnNames,
  options: LassoPathOptions = {},
): Promise<PenaltyPath> {
  checkOptions('lassoPath', options, LASSO_KEYS);
  return pathFor('lassoPath', x, y, options, 1);
}

/**
 * The elastic net's coefficients for many alphas, from one pass over the rows: see `ElasticNet`.
 * @param x rows × columns; or a stream of batches `{ x, y, sampleWeight? }`
 * @param y one value per row; undefined with a stream
 * @throws SteepestError as `ElasticNetCV.fit` does
 * @example
 * ```ts
 * import { data, enetPath } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const { alphas, coef } = await enetPath(x, y, { l1Ratio: 0.5, alphas: [10, 1] });
 * console.log(alphas.join(' '), coef.shape); // 10 1 [ 2, 5 ]
 * ```
 */
export async function enetPath(
  x: FeatureInput | RowStream,
  y?: TargetInput | ColumnNames,
  options: EnetPathOptions = {},
): Promise<PenaltyPath> {
  checkOptions('enetPath', options, ['l1Ratio', ...LASSO_KEYS]);
  return pathFor('enetPath', x, y, options, checkRatio('l1Ratio', options.l1Ratio ?? 0.5));
}

async function pathFor(
  owner: string,
  x: FeatureInput | RowStream,
  y: TargetInput | ColumnNames | undefined,
  options: LassoPathOptions,
  l1Ratio: number,
): Promise<PenaltyPath> {
  const { signal } = options;
  const alphas = pathAlphas.check('alphas', options.alphas ?? pathAlphas.default);
  const eps = checkNumber('eps', options.eps ?? 1e-3, 'a number above 0', (v) => v > 0);
  const fitIntercept = checkBoolean('fitIntercept', options.fitIntercept ?? true);
  const positive = checkBoolean('positive', options.positive ?? false);
  const tol = checkNumber('tol', options.tol ?? 1e-4, 'a number of at least 0', (v) => v >= 0);
  const maxIter = checkInteger('maxIter', options.maxIter ?? 1000);
  const workers = workersParam.check('workers', options.workers ?? workersParam.default);
  if (l1Ratio === 0 && typeof alphas === 'number') noGrid(owner);
  const kernels = chooseKernels(options);
  const input = await readRows(x, y, options);
  const { cols, targets } = input.source;
  if (targets !== 1) oneTarget(owner, targets);
  const { quadratics, means } = await penalizedProblem(input, fitIntercept, { workers, kernels, signal });
  const grid = alphaGrid(quadratics[0]!.q, { alphas, eps, l1Ratio, positive });
  const { coef, ends } = await pathOf(quadratics[0]!, grid, { l1Ratio, positive }, { tol, maxIter, signal });
  warnUnlessConverged(owner, ends);
  return {
    alphas: grid,
    coef: new Matrix(coef, [grid.length, cols], input.columns.names),
    intercepts: grid.map((_, i) => interceptOf(means, 0, coef.subarray(i * cols, (i + 1) * cols))),
    dualGaps: Float64Array.from(ends, ({ dualGap }) => dualGap),
    nIters: Float64Array.from(ends, ({ nIter }) => nIter),
  };
}
