import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { checkNoInfinity, forSlices, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Graph } from '../onnx/graph.js';
import { type RangeMap, writeRange, writeRangeBack } from '../onnx/scale.js';
import { Columnwise, type NumberMap } from './columnwise.js';
import { isConstantRange } from './ranges.js';

/** Hyperparameters of `MinMaxScaler`. */
export interface MinMaxScalerParams {
  /** The output range of each column: [0, 1]. */
  featureRange: readonly [number, number];
  /** Clip values outside the range of the fit (false). */
  clip: boolean;
}

const isRange = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];

function checkRange(name: string, value: unknown): readonly [number, number] {
  if (isRange(value)) return [value[0], value[1]];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as [low, high] with low < high`,
    given: show(value),
    hint: 'Use [0, 1] or [-1, 1].',
  });
}

const SPECS: ParamSpecs<MinMaxScalerParams> = {
  featureRange: param.custom<readonly [number, number]>([0, 1], checkRange),
  clip: param.boolean(false),
};

/** True if the difference of two numbers overflows float64. */
const isWide = (low: number, high: number): boolean => Math.abs(high - low) === Number.POSITIVE_INFINITY;

/** True for factors that lose no digits and keep the numbers of their column within float64. */
const hasRoom = (scale: number): boolean => !(scale < 2 ** -1000 || scale > 2 ** 1000);

/** The learned state, with the range that it was learned for. */
interface Bounds {
  low: Float64Array;
  high: Float64Array;
  range: readonly [number, number];
}

/**
 * Scales each column linearly so that its minimum becomes the low end of `featureRange` and its
 * maximum the high end. NaN counts as missing: it is ignored in the fit and stays NaN. A constant
 * column becomes the low end. Infinities are refused.
 * @example
 * ```ts
 * import { MinMaxScaler } from 'steepest';
 * console.log((await new MinMaxScaler().fitTransform([[10], [20], [60]])).column(0).join(' '));
 * // 0 0.2 1
 * ```
 */
export class MinMaxScaler extends Columnwise<MinMaxScalerParams> {
  private bounds: Bounds | undefined;

  constructor(params: Partial<MinMaxScalerParams> = {}) {
    super('MinMaxScaler', SPECS, params);
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
    return this.learn(withoutTarget('fit', x, y), options, this.bounds);
  }

  private async learn(
    x: TableInput,
    options: EstimatorFitOptions,
    before: Bounds | undefined,
  ): Promise<this> {
    checkOptions('MinMaxScaler.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const features =
      before === undefined ? readFeatures('X', x as FeatureInput) : this.featuresLikeFit('partialFit()', x);
    const { data, rows, cols, names } = features;
    checkNoInfinity('X', data, cols, names);
    const low = before?.low.slice() ?? new Float64Array(cols).fill(Number.NaN);
    const high = before?.high.slice() ?? new Float64Array(cols).fill(Number.NaN);
    await forSlices(
      rows,
      cols,
      (begin, end) => {
        for (let at = begin * cols; at < end * cols; at++) {
          const j = at % cols;
          const value = data[at]!;
          // Written so that NaN bounds are replaced and NaN values ignored.
          if (value < low[j]! || (Number.isNaN(low[j]!) && !Number.isNaN(value))) low[j] = value;
          if (value > high[j]! || (Number.isNaN(high[j]!) && !Number.isNaN(value))) high[j] = value;
        }
      },
      signal,
    );
    this.bounds = { low, high, range: before?.range ?? this.params.featureRange };
    if (before === undefined) this.fitted = { cols, names };
    return this;
  }

  /**
   * x · scale + min; for numbers near the limits of float64 (x − dataMin) / dataRange, within its
   * range.
   */
  protected forward(): NumberMap {
    const [least, most] = this.learned('transform()').range;
    const { scale, min } = this;
    const scaled: NumberMap = (value, j) =>
      hasRoom(scale[j]!) ? value * scale[j]! + min[j]! : this.partOf(value, j) * (most - least) + least;
    if (!this.params.clip) return scaled;
    return (value, j) => Math.min(Math.max(scaled(value, j), least), most);
  }

  /** (x − min) / scale. */
  protected backward(): NumberMap {
    const [least, most] = this.learned('inverseTransform()').range;
    const { scale, min } = this;
    return (value, j) =>
      hasRoom(scale[j]!) ? (value - min[j]!) / scale[j]! : this.atPart((value - least) / (most - least), j);
  }

  protected override writeForward(graph: Graph, x: string): string {
    const map = this.rangeMap();
    const scaled = writeRange(graph, x, map);
    return this.params.clip ? graph.clip(scaled, ...map.range, 'clipped') : scaled;
  }

  protected override writeBackward(graph: Graph, x: string): string {
    return writeRangeBack(graph, x, this.rangeMap());
  }

  private rangeMap(): RangeMap {
    const { low, range } = this.learned('toOnnx()');
    const { scale, min } = this;
    return {
      scale,
      min,
      ends: Array.from(low, (_, j) => this.ends(j)),
      hasRoom: Array.from(scale, hasRoom),
      range,
    };
  }

  /** Minimum of each column: [columns]. */
  get dataMin(): Float64Array {
    return this.learned('dataMin').low.slice();
  }

  /** Maximum of each column: [columns]. */
  get dataMax(): Float64Array {
    return this.learned('dataMax').high.slice();
  }

  /** dataMax − dataMin: [columns]. */
  get dataRange(): Float64Array {
    const { low, high } = this.learned('dataRange');
    return high.map((value, j) => value - low[j]!);
  }

  /** Factor applied to values. */
  get scale(): Float64Array {
    const { low, high, range } = this.learned('scale');
    const [least, most] = range;
    return low.map((from, j) => {
      const to = high[j]!;
      if (isConstantRange(from, to)) return most - least;
      return isWide(from, to) ? (most - least) / 2 / (to / 2 - from / 2) : (most - least) / (to - from);
    });
  }

  /** Offset added after that. */
  get min(): Float64Array {
    const { low, range } = this.learned('min');
    return this.scale.map((scale, j) => range[0] - low[j]! * scale);
  }

  /** The position of a value in its column's range: 0 at the minimum, 1 at the maximum. */
  private partOf(value: number, j: number): number {
    const [low, high] = this.ends(j);
    if (isWide(low, high) || isWide(low, value)) return (value / 2 - low / 2) / (high / 2 - low / 2);
    return (value - low) / (high - low);
  }

  /** The inverse. */
  private atPart(part: number, j: number): number {
    const [low, high] = this.ends(j);
    return isWide(low, high) ? low * (1 - part) + high * part : low + part * (high - low);
  }

  /** Both ends of a column's range, 1 apart if it counts as constant. */
  private ends(j: number): [number, number] {
    const { low, high } = this.learned('transform()');
    return isConstantRange(low[j]!, high[j]!) ? [low[j]!, low[j]! + 1] : [low[j]!, high[j]!];
  }

  private learned(what: string): Bounds {
    if (this.bounds === undefined) throw this.notFitted(what);
    return this.bounds;
  }

  protected fittedState(): SavedState | undefined {
    if (this.bounds === undefined) return undefined;
    const { low, high, range } = this.bounds;
    return {
      tensors: { low: { data: low, shape: [low.length] }, high: { data: high, shape: [high.length] } },
      attributes: { ...this.columnAttributes(), range },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    this.bounds = {
      low: float64Tensor(state, 'low', [fitted.cols]).data,
      high: float64Tensor(state, 'high', [fitted.cols]).data,
      range: attribute(state, 'range', isRange),
    };
    this.fitted = fitted;
  }
}
