import { SteepestError } from '../core/errors.js';
import { isNonNegative } from '../core/guards.js';
import { show } from '../core/show.js';
import type { KernelRequest } from '../kernels/backend.js';
import { chooseKernels, type KernelOptions } from '../kernels/kernelOptions.js';
import type { Workers } from '../parallel/workers.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from './base/fitOptions.js';
import { type ParamSpecs, param } from './base/params.js';
import type { FittedOnRows, TargetsFor } from './base/predictionForm.js';
import type { RowStream } from './base/rowStream.js';
import type { SavedState } from './base/saved.js';
import { workersParam } from './base/workersParam.js';
import { readFitRows } from './leastSquares/fitRows.js';
import { factorInput } from './leastSquares/input.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { solveRidge } from './leastSquares/ridgeSolve.js';
import { CLUSTER_KEYS, type RowClusterOptions } from './sharded/ownRows.js';

/** Hyperparameters. */
export interface RidgeParams {
  /** Strength of the penalty, at least 0; or one per target. Default 1. */
  alpha: number | readonly number[];
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

const SPECS: ParamSpecs<RidgeParams> = {
  alpha: param.custom<number | readonly number[]>(1, (name, value) => {
    if (isNonNegative(value)) return value;
    if (Array.isArray(value) && value.length > 0 && [...value].every(isNonNegative)) return [...value];
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as a finite number of at least 0, or an array of such, one per target`,
      given: show(value),
      hint: 'Start with 1; larger values shrink the coefficients more.',
    });
  }),
  fitIntercept: param.boolean(true),
  workers: workersParam,
};

/**
 * Linear least squares with an L2 penalty: minimises Σ w_i·(y_i − b − x_i·coef)² + alpha·‖coef‖²
 * per target, in float64, by QR of the rows and then of [R; √alpha·I]. It makes one pass over the
 * rows and no copy of them, as in `LinearRegression`. (Hoerl & Kennard 1970; "The Elements of
 * Statistical Learning", Hastie et al., §3.4.1)
 * @example
 * ```ts
 * import { Ridge } from 'steepest';
 * // With all weight on small coefficients, predictions come near to the mean.
 * const model = await new Ridge({ alpha: 1e6 }).fit([[1], [2], [3], [4]], [3, 5, 7, 9]);
 * console.log((await model.predict([[1], [4]])).map(Math.round)); // Float64Array(2) [ 6, 6 ]
 * ```
 */
export class Ridge extends LinearModel<RidgeParams, LinearFit> {
  constructor(params: Partial<RidgeParams> = {}) {
    super('Ridge', SPECS, params);
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is
   *   read once
   * @param y one value per row, or rows × targets, or the names of their columns in a table; omit
   *   it with a stream
   * @param options `sampleWeight`, `signal`, kernels; `cluster` for rows that are spread over
   *   processes: no streams then
   * @throws SteepestError `ERR_SHAPE`, also if `alpha` does not have one element per target;
   *   `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`, `ERR_ABORTED`; `ERR_CLUSTER` if
   *   ranks fit different models. After an error, what was learned before is unchanged.
   */
  async fit<X extends FeatureInput | RowStream, const Y extends TargetsFor<this> = never>(
    x: X,
    y?: Y,
    options: EstimatorFitOptions & KernelOptions & RowClusterOptions = {},
  ): Promise<FittedOnRows<this, X, Y>> {
    const { alpha, fitIntercept, workers } = this.params;
    const begin = (): KernelRequest => {
      checkOptions('Ridge.fit', options, [...WEIGHTED_FIT_KEYS, ...CLUSTER_KEYS]);
      return chooseKernels(options);
    };
    const { input, kernels } = await readFitRows(
      { type: 'Ridge', params: this.params, begin },
      x,
      y,
      options,
    );
    const { targets } = input.source;
    const alphas = typeof alpha === 'number' ? Array.from({ length: targets }, () => alpha) : alpha;
    if (alphas.length !== targets) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `one alpha per target, ${targets}`,
        given: `${alphas.length}`,
        hint: 'Pass a single number to use it for all targets.',
      });
    }
    const factor = await factorInput(input, fitIntercept, { workers, kernels, signal: options.signal });
    const solution = await solveRidge(factor, alphas, kernels);
    this.fitted = { columns: input.columns, isVector: input.isVector, ...solution };
    return this as FittedOnRows<this, X, Y>;
  }

  protected override fittedState(): SavedState | undefined {
    return this.fitted && savedFit(this.fitted);
  }

  protected override restoreState(state: SavedState): void {
    this.fitted = restoredFit(state);
  }
}
