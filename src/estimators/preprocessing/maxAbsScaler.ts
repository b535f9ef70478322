import { isSize } from '../../core/guards.js';
import { inSlices } from '../../core/inParts.js';
import { checkNoInfinity, type TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Graph } from '../onnx/graph.js';
import { writeShift, writeShiftBack } from '../onnx/scale.js';
import { Columnwise, eachRow, type NumberMap } from './columnwise.js';

/** Hyperparameters of `MaxAbsScaler`. */
export interface MaxAbsScalerParams {
  /** Clip numbers that are larger than any of the fit to −1 and 1 (false). */
  clip: boolean;
}

const SPECS: ParamSpecs<MaxAbsScalerParams> = { clip: param.boolean(false) };

/** What was learned: the largest absolute values, and the number of rows. */
interface Largest {
  maxAbs: Float64Array;
  rows: number;
}

/**
 * Divides each column by its largest absolute value, so that its numbers lie between −1 and 1 and
 * 0 stays 0. A column of zeros stays as it is. NaN counts as missing: it is ignored in the fit and
 * stays NaN. Infinities are refused.
 * @example
 * ```ts
 * import { MaxAbsScaler } from 'steepest';
 * console.log((await new MaxAbsScaler().fitTransform([[-10], [5], [0]])).column(0).join(' '));
 * // -1 0.5 0
 * ```
 */
export class MaxAbsScaler extends Columnwise<MaxAbsScalerParams> {
  private largest: Largest | undefined;

  constructor(params: Partial<MaxAbsScalerParams> = {}) {
    super('MaxAbsScaler', SPECS, params);
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
    return this.learn(withoutTarget('partialFit', x, y), options, this.largest);
  }

  private async learn(
    x: TableInput,
    options: EstimatorFitOptions,
    before: Largest | undefined,
  ): Promise<this> {
    checkOptions('MaxAbsScaler.fit', options, TRANSFORMER_FIT_KEYS);
    const features =
      before === undefined ? readFeatures('X', x as FeatureInput) : this.featuresLikeFit('partialFit()', x);
    const { data, rows, cols, names } = features;
    checkNoInfinity('X', data, cols, names);
    const maxAbs = before?.maxAbs.slice() ?? new Float64Array(cols).fill(Number.NaN);
    const work = eachRow(features, (row) => {
      for (let j = 0; j < cols; j++) {
        const size = Math.abs(data[row * cols + j]!);
        // NaN on the left is replaced, NaN on the right is not larger than anything.
        if (size > maxAbs[j]! || Number.isNaN(maxAbs[j]!)) maxAbs[j] = size;
      }
    });
    await inSlices(work, options.signal);
    this.largest = { maxAbs, rows: rows + (before?.rows ?? 0) };
    if (before === undefined) this.fitted = { cols, names };
    return this;
  }

  protected forward(): NumberMap {
    const scale = this.scaleOf('transform()');
    if (!this.params.clip) return (value, j) => value / scale[j]!;
    return (value, j) => Math.min(Math.max(value / scale[j]!, -1), 1);
  }

  protected backward(): NumberMap {
    const scale = this.scaleOf('inverseTransform()');
    return (value, j) => value * scale[j]!;
  }

  protected override writeForward(graph: Graph, x: string): string {
    const scaled = writeShift(graph, x, { center: undefined, scale: this.scale });
    return this.params.clip ? graph.clip(scaled, -1, 1, 'clipped') : scaled;
  }

  protected override writeBackward(graph: Graph, x: string): string {
    return writeShiftBack(graph, x, { center: undefined, scale: this.scale });
  }

  private scaleOf(what: string): Float64Array {
    return this.learned(what).maxAbs.map((size) => (size === 0 ? 1 : size));
  }

  /** The largest absolute value of each column: [columns]. */
  get maxAbs(): Float64Array {
    return this.learned('maxAbs').maxAbs.slice();
  }

  /** The divisor of each column: `maxAbs`, or 1 for a column of zeros: [columns]. */
  get scale(): Float64Array {
    return this.scaleOf('scale');
  }

  /** The number of rows of all fits. */
  get nSamplesSeen(): number {
    return this.learned('nSamplesSeen').rows;
  }

  private learned(what: string): Largest {
    if (this.largest === undefined) throw this.notFitted(what);
    return this.largest;
  }

  protected fittedState(): SavedState | undefined {
    if (this.largest === undefined) return undefined;
    const { maxAbs, rows } = this.largest;
    return {
      tensors: { maxAbs: { data: maxAbs, shape: [maxAbs.length] } },
      attributes: { ...this.columnAttributes(), rows },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    this.largest = {
      maxAbs: float64Tensor(state, 'maxAbs', [fitted.cols]).data,
      rows: attribute(state, 'rows', isSize),
    };
    this.fitted = fitted;
  }
}
