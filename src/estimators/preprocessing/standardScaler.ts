import { timesPower } from '../../core/powers.js';
import { checkNoInfinity, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { EXPONENTS, float64Tensor, type SavedState } from '../base/saved.js';
import { readSampleWeight } from '../base/weights.js';
import type { Graph } from '../onnx/graph.js';
import { type Shift, writeShift, writeShiftBack } from '../onnx/scale.js';
import { Columnwise, type NumberMap } from './columnwise.js';
import { isConstant, type Moments, mergeMoments, momentsOf } from './moments.js';

/** Hyperparameters of `StandardScaler`. */
export interface StandardScalerParams {
  /** Subtract the mean of each column (true). */
  withMean: boolean;
  /** Divide by the standard deviation of each column (true). */
  withStd: boolean;
}

const SPECS: ParamSpecs<StandardScalerParams> = {
  withMean: param.boolean(true),
  withStd: param.boolean(true),
};

/** Moments in their saved form. */
const TENSORS = ['count', 'values', 'mean', 'variance', 'unit'] as const satisfies (keyof Moments)[];

/**
 * Scales each column to mean 0 and variance 1: (x − mean) / √variance, in float64.
 *
 * Mean and variance (of the population, divided by n) are computed in two passes, relative to the
 * first value, and pieces are combined after Chan, Golub & LeVeque (1979), so that large means lose
 * no digits. Squares outside float64's range are computed in units of a power of two. NaN counts as
 * missing: it is ignored in the fit and stays NaN. A constant column is not divided. Infinities are
 * refused.
 * @example
 * ```ts
 * import { StandardScaler } from 'steepest';
 * const scaler = await new StandardScaler().fit([[10], [30]]);
 * console.log((await scaler.transform([[20], [40]])).column(0).join(' ')); // 0 2
 * ```
 */
export class StandardScaler extends Columnwise<StandardScalerParams> {
  private moments: Moments | undefined;

  constructor(params: Partial<StandardScalerParams> = {}) {
    super('StandardScaler', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`,
   * `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`, `ERR_ABORTED`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    return this.learn(withoutTarget('fit', x, y), options, undefined);
  }

  /** Learns from more rows, as if they had been part of the first fit. */
  async partialFit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    return this.learn(withoutTarget('fit', x, y), options, this.moments);
  }

  private async learn(
    x: TableInput,
    options: EstimatorFitOptions,
    before: Moments | undefined,
  ): Promise<this> {
    checkOptions('StandardScaler.fit', options, ['sampleWeight', ...TRANSFORMER_FIT_KEYS]);
    const { sampleWeight, signal } = options;
    const features =
      before === undefined ? readFeatures('X', x as FeatureInput) : this.featuresLikeFit('partialFit()', x);
    const { data, rows, cols, names } = features;
    checkNoInfinity('X', data, cols, names);
    const weights = readSampleWeight(sampleWeight, rows);
    const piece = await momentsOf(features, weights, signal);
    this.moments = before === undefined ? piece : mergeMoments(before, piece);
    if (before === undefined) this.fitted = { cols, names };
    return this;
  }

  /** (x − mean) / scale. */
  protected forward(): NumberMap {
    this.learned('transform()');
    const { mean, scale } = this;
    if (!this.params.withMean) return (value, j) => value / scale[j]!;
    return (value, j) => {
      const distance = value - mean[j]!;
      if (Math.abs(distance) !== Number.POSITIVE_INFINITY) return distance / scale[j]!;
      return ((value / 2 - mean[j]! / 2) / scale[j]!) * 2;
    };
  }

  /** x · scale + mean. */
  protected backward(): NumberMap {
    this.learned('inverseTransform()');
    const { mean, scale } = this;
    if (!this.params.withMean) return (value, j) => value * scale[j]!;
    return (value, j) => value * scale[j]! + mean[j]!;
  }

  protected override writeForward(graph: Graph, x: string): string {
    return writeShift(graph, x, this.shift());
  }

  protected override writeBackward(graph: Graph, x: string): string {
    return writeShiftBack(graph, x, this.shift());
  }

  private shift(): Shift {
    return { center: this.params.withMean ? this.mean : undefined, scale: this.scale };
  }

  /** Mean of each column: [columns]. */
  get mean(): Float64Array {
    return this.learned('mean').mean.slice();
  }

  /** Variance of each column, divided by the number of values: [columns]. */
  get var(): Float64Array {
    const { variance, unit } = this.learned('var');
    return variance.map((value, j) => timesPower(value, 2 * unit[j]!));
  }

  /** Divisor of each column: √var, or 1 if a column is constant or `withStd` is false. */
  get scale(): Float64Array {
    const { values, mean, variance, unit } = this.learned('scale');
    if (!this.params.withStd) return new Float64Array(mean.length).fill(1);
    return variance.map((value, j) => {
      if (isConstant(value, timesPower(mean[j]!, -unit[j]!), values[j]!)) return 1;
      return timesPower(Math.sqrt(value), unit[j]!);
    });
  }

  /** The number of values (or the sum of weights) behind each column's mean; NaN does not count. */
  get nSamplesSeen(): Float64Array {
    return this.learned('nSamplesSeen').count.slice();
  }

  private learned(what: string): Moments {
    if (this.moments === undefined) throw this.notFitted(what);
    return this.moments;
  }

  protected fittedState(): SavedState | undefined {
    if (this.moments === undefined) return undefined;
    const tensors = Object.fromEntries(
      TENSORS.map((name) => [name, { data: this.moments![name], shape: [this.moments![name].length] }]),
    );
    return { tensors, attributes: this.columnAttributes() };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const read = (name: keyof Moments): Float64Array => {
      const rule = name === 'unit' ? EXPONENTS : undefined;
      return float64Tensor(state, name, [fitted.cols], rule).data;
    };
    this.moments = Object.fromEntries(TENSORS.map((name) => [name, read(name)])) as unknown as Moments;
    this.fitted = fitted;
  }
}
