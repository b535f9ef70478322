import type { NdArray } from '../../core/ndarray.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, type Features, readFeatures } from '../base/features.js';
import { checkNoOptionsAsY, checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { float64Tensor, type SavedState } from '../base/saved.js';
import { allocate, checkNoInfinity, forSlices, type TableInput } from '../base/tables.js';
import { readSampleWeight } from '../base/weights.js';
import { BaseTransformer } from './baseTransformer.js';

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

/** Per column: sum of weights, mean, and sum of weighted squared distances from the mean. */
interface Moments {
  count: Float64Array;
  mean: Float64Array;
  squares: Float64Array;
}

/**
 * Scales each column to mean 0 and variance 1: (x − mean) / √variance, in float64.
 *
 * Mean and variance (of the population, divided by n) are computed in two passes from the first value on, and pieces are put
 * together after Chan, Golub & LeVeque (1979), so that large means cost no digits. NaN counts as missing: it is left out of
 * the fit and stays NaN. A column without variance is not divided. Infinities are refused.
 */
export class StandardScaler extends BaseTransformer<StandardScalerParams, NdArray<Float64Array>> {
  private moments: Moments | undefined;

  constructor(params: Partial<StandardScalerParams> = {}) {
    super('StandardScaler', SPECS, params);
  }

  /** @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`, `ERR_ABORTED` */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    checkNoOptionsAsY('fit', y);
    return this.learn(x, options, undefined);
  }

  /** Learns from more rows, as if they had been part of the fit. */
  async partialFit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    checkNoOptionsAsY('fit', y);
    return this.learn(x, options, this.moments);
  }

  private async learn(
    x: TableInput,
    options: EstimatorFitOptions,
    before: Moments | undefined,
  ): Promise<this> {
    checkOptions('StandardScaler.fit', options, ['sampleWeight', ...TRANSFORMER_FIT_KEYS]);
    const { sampleWeight, signal } = options;
    const features = readFeatures('X', x as FeatureInput);
    const { data, rows, cols, names } = features;
    if (before !== undefined) this.checkColumns('partialFit()', features);
    checkNoInfinity('X', data, cols, names);
    const weights = readSampleWeight(sampleWeight, rows);
    const piece = await momentsOf(features, weights, signal);
    this.moments = before === undefined ? piece : merge(before, piece);
    if (before === undefined) this.fitted = { cols, names };
    return this;
  }

  /** (x − mean) / scale. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE` */
  async transform(x: TableInput): Promise<NdArray<Float64Array>> {
    const { withMean } = this.params;
    return this.map('transform()', x, (value, j, mean, scale) =>
      withMean ? (value - mean[j]!) / scale[j]! : value / scale[j]!,
    );
  }

  /** x · scale + mean. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE` */
  async inverseTransform(x: TableInput): Promise<NdArray<Float64Array>> {
    const { withMean } = this.params;
    return this.map('inverseTransform()', x, (value, j, mean, scale) =>
      withMean ? value * scale[j]! + mean[j]! : value * scale[j]!,
    );
  }

  private async map(
    what: string,
    x: TableInput,
    f: (value: number, j: number, mean: Float64Array, scale: Float64Array) => number,
  ): Promise<NdArray<Float64Array>> {
    this.ready(what);
    const features = readFeatures('X', x as FeatureInput);
    const { data, rows, cols, names } = features;
    this.checkColumns(what, features);
    checkNoInfinity('X', data, cols, names);
    const { mean, scale } = this;
    const result = allocate(rows, cols);
    await forSlices(rows, cols, (begin, end) => {
      for (let at = begin * cols; at < end * cols; at++) {
        result.data[at] = f(data[at]!, at % cols, mean, scale);
      }
    });
    return result;
  }

  /** Mean of each column: [columns]. */
  get mean(): Float64Array {
    return this.learned('mean').mean.slice();
  }

  /** Variance of each column, divided by the number of values: [columns]. */
  get var(): Float64Array {
    const { count, squares } = this.learned('var');
    return squares.map((sum, j) => sum / count[j]!);
  }

  /** What columns are divided by: √var, or 1 where a column is constant or `withStd` is false. */
  get scale(): Float64Array {
    const { count, mean } = this.learned('scale');
    if (!this.params.withStd) return new Float64Array(mean.length).fill(1);
    return this.var.map((value, j) => (isConstant(value, mean[j]!, count[j]!) ? 1 : Math.sqrt(value)));
  }

  /** How many values (or which sum of weights) each column's mean is of; NaN does not count. */
  get nSamplesSeen(): Float64Array {
    return this.learned('nSamplesSeen').count.slice();
  }

  private learned(what: string): Moments {
    if (this.moments === undefined) throw this.notFitted(what);
    return this.moments;
  }

  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return [...this.inputNames(inputNames)];
  }

  protected fittedState(): SavedState | undefined {
    if (this.moments === undefined) return undefined;
    const { count, mean, squares } = this.moments;
    const tensor = (data: Float64Array): NdArray => ({ data, shape: [data.length] });
    return {
      tensors: { count: tensor(count), mean: tensor(mean), squares: tensor(squares) },
      attributes: this.columnAttributes(),
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const [count, mean, squares] = ['count', 'mean', 'squares'].map(
      (name) => float64Tensor(state, name, [fitted.cols]).data,
    ) as [Float64Array, Float64Array, Float64Array];
    this.moments = { count, mean, squares };
    this.fitted = fitted;
  }
}

/**
 * True where the variance is no more than what rounding makes of equal values: n·ε·var + (n·mean·ε)², the bound that
 * scikit-learn uses.
 */
function isConstant(variance: number, mean: number, n: number): boolean {
  return variance <= n * Number.EPSILON * variance + (n * mean * Number.EPSILON) ** 2;
}

async function momentsOf(
  { data, rows, cols }: Features,
  weights: Float64Array | undefined,
  signal: AbortSignal | undefined,
): Promise<Moments> {
  const count = new Float64Array(cols);
  const shift = new Float64Array(cols).fill(Number.NaN);
  const sums = new Float64Array(cols);
  await forSlices(
    rows,
    cols,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        const weight = weights?.[i] ?? 1;
        if (weight === 0) continue;
        for (let j = 0; j < cols; j++) {
          const value = data[i * cols + j]!;
          if (Number.isNaN(value)) continue;
          if (Number.isNaN(shift[j]!)) shift[j] = value;
          count[j]! += weight;
          sums[j]! += weight * (value - shift[j]!);
        }
      }
    },
    signal,
  );
  const mean = sums.map((sum, j) => shift[j]! + sum / count[j]!);
  const squares = new Float64Array(cols);
  const residue = new Float64Array(cols);
  await forSlices(
    rows,
    cols,
    (begin, end) => {
      for (let i = begin; i < end; i++) {
        const weight = weights?.[i] ?? 1;
        if (weight === 0) continue;
        for (let j = 0; j < cols; j++) {
          const distance = data[i * cols + j]! - mean[j]!;
          if (Number.isNaN(distance)) continue;
          residue[j]! += weight * distance;
          squares[j]! += weight * distance * distance;
        }
      }
    },
    signal,
  );
  // The mean is rounded; what that costs the sum of squares is known.
  return { count, mean, squares: squares.map((sum, j) => Math.max(0, sum - residue[j]! ** 2 / count[j]!)) };
}

/** Moments of two pieces together; a column without values in one of them is that of the other. */
function merge(a: Moments, b: Moments): Moments {
  const count = a.count.map((n, j) => n + b.count[j]!);
  const at = (j: number, both: () => number, pick: (m: Moments) => Float64Array): number =>
    b.count[j] === 0 ? pick(a)[j]! : a.count[j] === 0 ? pick(b)[j]! : both();
  const delta = (j: number): number => b.mean[j]! - a.mean[j]!;
  return {
    count,
    mean: count.map((n, j) =>
      at(
        j,
        () => a.mean[j]! + (delta(j) * b.count[j]!) / n,
        ({ mean }) => mean,
      ),
    ),
    squares: count.map((n, j) =>
      at(
        j,
        () => a.squares[j]! + b.squares[j]! + (delta(j) ** 2 * a.count[j]! * b.count[j]!) / n,
        ({ squares }) => squares,
      ),
    ),
  };
}
