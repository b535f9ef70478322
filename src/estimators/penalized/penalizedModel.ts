import { checkNumber } from '../../core/check.js';
import type { NdArray } from '../../core/ndarray.js';
import { chooseKernels, type KernelOptions } from '../../kernels/kernelOptions.js';
import type { Workers } from '../../parallel/workers.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import type { FeatureInput } from '../base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from '../base/fitOptions.js';
import { param } from '../base/params.js';
import type { FittedOnRows, TargetsFor } from '../base/predictionForm.js';
import type { RowStream } from '../base/rowStream.js';
import { FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { workersParam } from '../base/workersParam.js';
import { readRows } from '../leastSquares/input.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from '../leastSquares/linearModel.js';
import { type DescentEnd, descend } from './coordinateDescent.js';
import { interceptOf } from './moments.js';
import { penaltyOf, warnUnlessConverged } from './path.js';
import { penalizedProblem } from './problem.js';

/** Hyperparameters that all penalised models share. */
export interface PenalizedParams {
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /** Maximum passes over the columns, for each alpha. Default 1000. */
  maxIter: number;
  /**
   * The descent ends when its duality gap is at most `tol` times the mean square of the (centred)
   * targets. Default 1e-4.
   */
  tol: number;
  /** Only coefficients of at least 0. Default false. */
  positive: boolean;
  /** Worker threads of the pass over the rows; they never change the result. Default `'auto'`. */
  workers: Workers;
}

export const PENALIZED_SPECS = {
  fitIntercept: param.boolean(true),
  maxIter: param.integer(1000),
  tol: param.nonNegative(1e-4),
  positive: param.boolean(false),
  workers: workersParam,
};

/** A number from 0 to 1. */
export const checkRatio = (name: string, value: unknown): number =>
  checkNumber(name, value, 'a number from 0 to 1', (v) => v >= 0 && v <= 1);

/** What a descent leaves: coefficients and how it ended, for each target. */
export interface PenalizedFit extends LinearFit {
  dualGap: Float64Array;
  nIter: Float64Array;
}

/** Ends of descents in the form in which they are kept. */
export const endsOf = (ends: readonly DescentEnd[]): Pick<PenalizedFit, 'dualGap' | 'nIter'> => ({
  dualGap: Float64Array.from(ends, ({ dualGap }) => dualGap),
  nIter: Float64Array.from(ends, ({ nIter }) => nIter),
});

export function savedPenalized(fitted: PenalizedFit): SavedState {
  const { tensors, attributes } = savedFit(fitted);
  const { dualGap, nIter } = fitted;
  const vector = (data: Float64Array): NdArray => ({ data, shape: [data.length] });
  return { tensors: { ...tensors, dualGap: vector(dualGap), nIter: vector(nIter) }, attributes };
}

/** @throws SteepestError `ERR_MODEL_FILE` */
export function restoredPenalized(state: SavedState): PenalizedFit {
  const fit = restoredFit(state);
  const targets = fit.intercept.length;
  return {
    ...fit,
    dualGap: float64Tensor(state, 'dualGap', [targets], FINITE).data,
    nIter: float64Tensor(state, 'nIter', [targets], FINITE).data,
  };
}

/** The penalty that a class's hyperparameters describe. */
export interface PenalizedShape {
  alpha: number;
  l1Ratio: number;
}

/** Lasso and elastic net for one alpha. */
export abstract class PenalizedModel<P extends PenalizedParams> extends LinearModel<P, PenalizedFit> {
  protected abstract shape(): PenalizedShape;

  /** Passes over the columns, one number per target. */
  get nIter(): Float64Array {
    return this.learned('nIter').nIter.slice();
  }

  /** Upper bounds of the objective's distance from its minimum, one per target. */
  get dualGap(): Float64Array {
    return this.learned('dualGap').dualGap.slice();
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is
   *   read once
   * @param y one value per row, or rows × targets, each of which is fitted on its own, or the names
   *   of their columns in a table; omit it with a stream
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_ABORTED`. After an error, what was learned before is unchanged.
   */
  async fit<X extends FeatureInput | RowStream, const Y extends TargetsFor<this> = never>(
    x: X,
    y?: Y,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<FittedOnRows<this, X, Y>> {
    checkOptions(`${this.type}.fit`, options, WEIGHTED_FIT_KEYS);
    const { fitIntercept, workers, positive, maxIter, tol } = this.params;
    const { signal } = options;
    const kernels = chooseKernels(options);
    const input = await readRows(x, y, options);
    const { alpha, l1Ratio } = this.shape();
    const penalty = penaltyOf(alpha, { l1Ratio, positive });
    const { quadratics, means } = await penalizedProblem(input, fitIntercept, { workers, kernels, signal });
    const { cols } = input.source;
    const coef = new Float64Array(quadratics.length * cols);
    const intercept = new Float64Array(quadratics.length);
    const ends: DescentEnd[] = [];
    for (const [k, quadratic] of quadratics.entries()) {
      const own = coef.subarray(k * cols, (k + 1) * cols);
      ends.push(await descend(quadratic, penalty, own, { tol, maxIter, signal }));
      intercept[k] = interceptOf(means, k, own);
    }
    warnUnlessConverged(this.type, ends);
    const { columns, isVector } = input;
    this.fitted = { columns, isVector, coef, intercept, ...endsOf(ends) };
    return this as FittedOnRows<this, X, Y>;
  }

  protected override fittedState(): SavedState | undefined {
    return this.fitted && savedPenalized(this.fitted);
  }

  protected override restoreState(state: SavedState): void {
    this.fitted = restoredPenalized(state);
  }
}
