import { timesPower } from '../../core/powers.js';
import type { TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { float64Tensor, type SavedState } from '../base/saved.js';
import { momentsOf } from '../preprocessing/moments.js';
import { Selector } from './selector.js';

/** Hyperparameters of `VarianceThreshold`. */
export interface VarianceThresholdParams {
  /** Columns are kept whose variance is above this: 0, which drops constant columns. */
  threshold: number;
}

const SPECS: ParamSpecs<VarianceThresholdParams> = { threshold: param.nonNegative(0) };

/**
 * Drops columns that hardly vary. Variances are of the population, divided by n; NaN is ignored.
 * @example
 * ```ts
 * import { VarianceThreshold } from 'steepest';
 * const varying = new VarianceThreshold();
 * console.log((await varying.fitTransform([[1, 7], [2, 7], [3, 7]])).toArray());
 * // [ [ 1 ], [ 2 ], [ 3 ] ]
 * ```
 */
export class VarianceThreshold extends Selector<VarianceThresholdParams> {
  protected readonly takesNaN = true;
  private found: Float64Array | undefined;

  constructor(params: Partial<VarianceThresholdParams> = {}) {
    super('VarianceThreshold', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY` also if no column is kept,
   *   `ERR_ARGUMENT`, `ERR_NOT_FINITE`, `ERR_ABORTED`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const given = withoutTarget('fit', x, y);
    checkOptions('VarianceThreshold.fit', options, TRANSFORMER_FIT_KEYS);
    const features = this.readNumbers(given);
    const { variance, unit } = await momentsOf(features, undefined, options.signal);
    const variances = variance.map((value, j) => timesPower(value, 2 * unit[j]!));
    const { threshold } = this.params;
    const kept = Array.from(variances.keys()).filter((j) => variances[j]! > threshold);
    this.keep(kept, features);
    this.found = variances;
    return this;
  }

  /** The variance of each column of the fit: [columns]. */
  get variances(): Float64Array {
    this.ready('variances');
    return (this.found as Float64Array).slice();
  }

  protected fittedState(): SavedState | undefined {
    if (this.found === undefined) return undefined;
    return {
      tensors: { variances: { data: this.found, shape: [this.found.length] } },
      attributes: { ...this.columnAttributes(), kept: [...this.kept] },
    };
  }

  protected restoreState(state: SavedState): void {
    this.restoreKept(state);
    this.found = float64Tensor(state, 'variances', [this.nFeaturesIn]).data;
  }
}
