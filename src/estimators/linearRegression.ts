import { SteepestError } from '../core/errors.js';
import type { NdArray } from '../core/ndarray.js';
import type { TargetInput } from '../data/tables.js';
import { chooseKernels, type KernelOptions } from '../models/kernelOptions.js';
import type { Workers } from '../parallel/workers.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { type ParamSpecs, param } from './base/params.js';
import { attribute, float64Tensor, type SavedState } from './base/saved.js';
import { workersParam } from './base/workersParam.js';
import { centred, type Factor } from './leastSquares/factor.js';
import { type Inference, inferenceOf } from './leastSquares/inference.js';
import { factorInput, readRows } from './leastSquares/input.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { refine as refineSolution, wantsRefinement } from './leastSquares/refine.js';
import { singularValuesSync } from './leastSquares/small.js';
import { defaultTolerance, solveFactor } from './leastSquares/solve.js';
import type { RowBatch } from './leastSquares/source.js';
import { regressionTable } from './leastSquares/table.js';

/** Hyper-parameters. */
export interface LinearRegressionParams {
  /** Default true. */
  fitIntercept: boolean;
  /**
   * Singular values of the centred X up to `tol` times the largest count as 0, which makes columns dependent on others and
   * the solution the one of least norm. Default 2⁻⁵²·max(rows, columns), as in scikit-learn. 0 takes every matrix at
   * its word, for columns such as powers of x whose lengths differ by many orders of magnitude.
   */
  tol: number | undefined;
  /**
   * Where columns are so nearly dependent that less than ten digits can be expected, reads the rows of a table again to find the
   * digits that are missing (a pass over the rows for each step, two or three as a rule). Default true.
   */
  refine: boolean;
  /** Worker threads; never changes a bit of the result. Default `'auto'`. */
  workers: Workers;
}

const SPECS: ParamSpecs<LinearRegressionParams> = {
  fitIntercept: param.boolean(true),
  tol: param.optional(param.nonNegative(0)),
  refine: param.boolean(true),
  workers: workersParam,
};

interface Fitted extends LinearFit {
  rank: number;
  factor: Factor;
}

/** Sizes of a factor, in the order they are saved in. */
const FACTOR_SIZES = ['ones', 'cols', 'targets', 'rows', 'weightedRows'] as const;

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length === FACTOR_SIZES.length + 1 &&
  value.every((size) => Number.isSafeInteger(size) && size >= 0);

/**
 * Ordinary least squares in float64, by an orthogonal method: Householder QR of blocks of rows, folded into one triangle
 * (TSQR), then back substitution, or the singular value decomposition where columns depend on each other.
 *
 * One pass over the rows and no copy of them: memory does not grow with their number. The result has the same bits for any
 * number of workers. (Golub & Van Loan, "Matrix Computations", §5.3 and §5.5; Demmel, Grigori, Hoemmen, Langou,
 * "Communication-optimal parallel and sequential QR and LU factorizations", 2012)
 */
export class LinearRegression extends LinearModel<LinearRegressionParams, Fitted> {
  constructor(params: Partial<LinearRegressionParams> = {}) {
    super('LinearRegression', SPECS, params);
  }

  /** Singular values of the centred X that are not 0, by `tol`. */
  get rank(): number {
    return this.learned('rank').rank;
  }

  /** Singular values of the centred X (of X itself without `fitIntercept`), the largest first; computed when asked for. */
  get singularValues(): Float64Array {
    const { factor } = this.learned('singularValues');
    const values = singularValuesSync(centred(factor).r, factor.cols);
    return values.slice(0, Math.min(factor.rows, factor.cols));
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is read once
   * @param y one value per row, or rows × targets; none with a stream
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`, `ERR_ABORTED`. Whatever it
   * throws, what was learned before stays.
   */
  async fit(
    x: FeatureInput | AsyncIterable<RowBatch>,
    y?: TargetInput,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<this> {
    const { fitIntercept, tol, refine, workers } = this.params;
    const kernels = chooseKernels(options);
    const input = await readRows(x, y, options.sampleWeight);
    const pass = { workers, kernels, signal: options.signal };
    const factor = await factorInput(input, fitIntercept, pass);
    const { inverse, ...first } = await solveFactor(factor, tol ?? defaultTolerance(factor), kernels);
    // A stream cannot be read again.
    const isRefined =
      refine && inverse !== undefined && input.features !== undefined && wantsRefinement(factor, inverse);
    const solution = isRefined ? await refineSolution(input.source, factor, first, pass) : first;
    this.fitted = { columns: input.columns, isVector: input.isVector, factor, ...solution };
    return this;
  }

  /**
   * Standard errors, t-values and two-sided p-values, under the usual assumption of independent normal errors.
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` where columns depend on each other or no residual degree of freedom is left
   */
  inference(): Inference {
    const fitted = this.learned('inference');
    if (fitted.rank < fitted.factor.cols) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns that do not depend on each other',
        given: `rank ${fitted.rank} of ${fitted.factor.cols}`,
        mend: 'Leave some of them out: their coefficients are not determined.',
      });
    }
    return inferenceOf(fitted.factor, fitted);
  }

  /** What {@link inference} finds, as a table for people. */
  summary(): string {
    const { columns } = this.learned('summary');
    return regressionTable(this.inference(), this.coef, this.intercept, columns.names);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { factor, rank } = this.fitted;
    const { tensors, attributes } = savedFit(this.fitted);
    const triangle: NdArray = { data: factor.r, shape: [factor.size, factor.size] };
    return {
      tensors: { ...tensors, factor: triangle },
      attributes: { ...attributes, sizes: [rank, ...FACTOR_SIZES.map((name) => factor[name])] },
    };
  }

  protected override restoreState(state: SavedState): void {
    const [rank, ones, cols, targets, rows, weightedRows] = attribute(state, 'sizes', isSizes) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const size = ones + cols + targets;
    const { data } = float64Tensor(state, 'factor', [size, size]);
    const factor = { r: data, size, ones, cols, targets, rows, weightedRows };
    this.fitted = { ...restoredFit(state), rank, factor };
  }
}
