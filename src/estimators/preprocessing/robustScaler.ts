import { SteepestError } from '../../core/errors.js';
import { isFlag } from '../../core/guards.js';
import { type InParts, inSlices } from '../../core/inParts.js';
import { inverseNormal } from '../../core/normal.js';
import { show } from '../../core/show.js';
import { checkNoInfinity, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, type Features, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Graph } from '../onnx/graph.js';
import { type Shift, writeShift, writeShiftBack } from '../onnx/scale.js';
import { Columnwise, type NumberMap } from './columnwise.js';
import { presentNumbers, quantiles } from './orderStatistics.js';
import { isConstantRange } from './ranges.js';

/** Hyperparameters of `RobustScaler`. */
export interface RobustScalerParams {
  /** Subtract the median of each column (true). */
  withCentering: boolean;
  /** Divide by the range between the quantiles of each column (true). */
  withScaling: boolean;
  /** The quantiles between which the range lies, in percent: [25, 75], the quartiles. */
  quantileRange: readonly [number, number];
  /** Divide further so that normally distributed columns have variance 1 (false). */
  unitVariance: boolean;
}

function checkQuantiles(name: string, value: unknown): readonly [number, number] {
  const [low, high] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  const isRange = typeof low === 'number' && typeof high === 'number' && 0 <= low && low <= high;
  if (isRange && high <= 100) return [low, high];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as [low, high] in percent, from 0 to 100`,
    given: show(value),
    hint: 'Use [25, 75] for the quartiles, or [5, 95].',
  });
}

const SPECS: ParamSpecs<RobustScalerParams> = {
  withCentering: param.boolean(true),
  withScaling: param.boolean(true),
  quantileRange: param.custom<readonly [number, number]>([25, 75], checkQuantiles),
  unitVariance: param.boolean(false),
};

/** What was learned: three quantiles of each column, and how they are used. */
interface Learned {
  center: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** The range in a standard normal distribution; 1 without `unitVariance`. */
  normalRange: number;
  withCentering: boolean;
  withScaling: boolean;
}

const TENSORS = ['center', 'low', 'high'] as const;

/**
 * Scales each column by statistics that outliers do not move: (x − median) / (q₇₅ − q₂₅).
 *
 * Quantiles are interpolated linearly, as in NumPy. NaN counts as missing: it is ignored in the fit
 * and stays NaN. A column whose quantiles are equal is not divided. Infinities are refused.
 * @example
 * ```ts
 * import { RobustScaler } from 'steepest';
 * // Median and quartiles: the outlier moves nothing.
 * const scaled = await new RobustScaler().fitTransform([[1], [2], [3], [4], [900]]);
 * console.log(scaled.column(0).join(' ')); // -1 -0.5 0 0.5 448.5
 * ```
 */
export class RobustScaler extends Columnwise<RobustScalerParams> {
  private learned: Learned | undefined;

  constructor(params: Partial<RobustScalerParams> = {}) {
    super('RobustScaler', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ABORTED`;
   * `ERR_ARGUMENT` also for `unitVariance` between quantiles of which a normal distribution has no
   * range: 0, 100 or twice the same
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const samples = withoutTarget('fit', x, y);
    checkOptions('RobustScaler.fit', options, TRANSFORMER_FIT_KEYS);
    const { withCentering, withScaling } = this.params;
    const normalRange = normalRangeOf(this.params);
    const features = readFeatures('X', samples as FeatureInput);
    const { data, cols, names } = features;
    checkNoInfinity('X', data, cols, names);
    const found = await inSlices(statistics(features, this.params.quantileRange), options.signal);
    this.learned = { ...found, normalRange, withCentering, withScaling };
    this.fitted = { cols, names };
    return this;
  }

  protected forward(): NumberMap {
    const { withCentering } = this.ofFit('transform()');
    const { center, scale } = this;
    const half = this.halfScale();
    if (!withCentering) {
      return (value, j) => (scale[j] === Number.POSITIVE_INFINITY ? value / 2 / half[j]! : value / scale[j]!);
    }
    return (value, j) => {
      const distance = value - center[j]!;
      const isPlain = Number.isFinite(distance) && scale[j] !== Number.POSITIVE_INFINITY;
      return isPlain ? distance / scale[j]! : (value / 2 - center[j]! / 2) / half[j]!;
    };
  }

  protected backward(): NumberMap {
    const { withCentering } = this.ofFit('inverseTransform()');
    const { center, scale } = this;
    const half = this.halfScale();
    return (value, j) => {
      const middle = withCentering ? center[j]! : 0;
      const distance = value * scale[j]!;
      return Number.isFinite(distance) ? distance + middle : (value * half[j]! + middle / 2) * 2;
    };
  }

  protected override writeForward(graph: Graph, x: string): string {
    return writeShift(graph, x, this.shift());
  }

  protected override writeBackward(graph: Graph, x: string): string {
    return writeShiftBack(graph, x, this.shift());
  }

  private shift(): Shift {
    const { withCentering } = this.ofFit('toOnnx()');
    const { center, scale } = this;
    return { center: withCentering ? center : undefined, scale, halfScale: this.halfScale() };
  }

  /** The median of each column: [columns]. */
  get center(): Float64Array {
    return this.ofFit('center').center.slice();
  }

  /** The divisor of each column; 1 for a constant one, or without `withScaling`: [columns]. */
  get scale(): Float64Array {
    const { low, high, normalRange, withScaling } = this.ofFit('scale');
    return low.map((from, j) => {
      if (!withScaling) return 1;
      return (isConstantRange(from, high[j]!) ? 1 : high[j]! - from) / normalRange;
    });
  }

  /** Half of the divisors, which are finite also where a range overflows float64. */
  private halfScale(): Float64Array {
    const { low, high, normalRange } = this.ofFit('transform()');
    return this.scale.map((scale, j) =>
      scale === Number.POSITIVE_INFINITY ? (high[j]! / 2 - low[j]! / 2) / normalRange : scale / 2,
    );
  }

  private ofFit(what: string): Learned {
    if (this.learned === undefined) throw this.notFitted(what);
    return this.learned;
  }

  protected fittedState(): SavedState | undefined {
    if (this.learned === undefined) return undefined;
    const { normalRange, withCentering, withScaling } = this.learned;
    return {
      tensors: Object.fromEntries(
        TENSORS.map((name) => [name, { data: this.learned![name], shape: [this.learned![name].length] }]),
      ),
      attributes: { ...this.columnAttributes(), normalRange, withCentering, withScaling },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const [center, low, high] = TENSORS.map((name) => float64Tensor(state, name, [fitted.cols]).data);
    this.learned = {
      center: center!,
      low: low!,
      high: high!,
      normalRange: attribute(state, 'normalRange', isPositive),
      withCentering: attribute(state, 'withCentering', isFlag),
      withScaling: attribute(state, 'withScaling', isFlag),
    };
    this.fitted = fitted;
  }
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** @throws SteepestError `ERR_ARGUMENT` for quantiles without a range in a normal distribution */
function normalRangeOf({ unitVariance, quantileRange }: RobustScalerParams): number {
  if (!unitVariance) return 1;
  const [low, high] = quantileRange;
  if (low > 0 && low < high && high < 100) return inverseNormal(high / 100) - inverseNormal(low / 100);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'two different quantiles above 0 and below 100 with unitVariance',
    given: `quantileRange ${show(quantileRange)}`,
    hint: 'Set unitVariance: false, or for example quantileRange: [5, 95].',
  });
}

/** Median and two quantiles of each column. */
function* statistics(
  { data, rows, cols }: Features,
  [low, high]: readonly [number, number],
): InParts<Pick<Learned, 'center' | 'low' | 'high'>> {
  const found = { center: new Float64Array(cols), low: new Float64Array(cols), high: new Float64Array(cols) };
  for (let j = 0; j < cols; j++) {
    const values = presentNumbers(data, rows, cols, j);
    yield;
    const [below, middle, above] = yield* quantiles(values, [low / 100, 0.5, high / 100]);
    found.low[j] = below!;
    found.center[j] = middle!;
    found.high[j] = above!;
  }
  return found;
}
