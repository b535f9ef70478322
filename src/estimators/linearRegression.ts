import { checkNumber } from '../core/check.js';
import { SteepestError } from '../core/errors.js';
import { isCount } from '../core/guards.js';
import type { NdArray } from '../core/ndarray.js';
import { show } from '../core/show.js';
import type { KernelRequest } from '../kernels/backend.js';
import { chooseKernels } from '../kernels/kernelOptions.js';
import type { Workers } from '../parallel/workers.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import { type ParamSpecs, param } from './base/params.js';
import type { FittedOnRows, TargetsFor } from './base/predictionForm.js';
import type { RowStream } from './base/rowStream.js';
import { attribute, FINITE, float64Tensor, isExponent, type SavedState } from './base/saved.js';
import { workersParam } from './base/workersParam.js';
import { descend } from './leastSquares/descend.js';
import type { Factor } from './leastSquares/factor.js';
import { readFitRows } from './leastSquares/fitRows.js';
import { type Inference, inferenceOf } from './leastSquares/inference.js';
import { factorInput, type LeastSquaresInput } from './leastSquares/input.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { refine as refineSolution, wantsRefinement } from './leastSquares/refine.js';
import { singularValuesOf } from './leastSquares/singularValues.js';
import { defaultTolerance, solveFactor } from './leastSquares/solve.js';
import { summaryText } from './leastSquares/summaryText.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';
import { CLUSTER_KEYS, checkClusterSolver, type RowClusterOptions } from './sharded/ownRows.js';

const SOLVERS = ['qr', 'gd', 'sgd'] as const;

/** Hyperparameters. */
export interface LinearRegressionParams {
  /** Default true. */
  fitIntercept: boolean;
  /**
   * - `'qr'` (default): the exact solution, in float64, in one pass over the rows.
   * - `'gd'`: gradient descent on all rows at once, in float32, on the same step programs as
   *   networks.
   * - `'sgd'`: the same on mini-batches of `batchSize` rows. It ends near the solution; how near
   *   depends on the learning rate.
   */
  solver: (typeof SOLVERS)[number];
  /**
   * For `'qr'`: singular values of the centred X up to `tol` times the largest count as 0. Columns
   * are then linearly dependent, and the solution is the minimum-norm one. Default 2⁻⁵²·max(rows,
   * columns), as NumPy uses for the rank of a matrix. scikit-learn's is 10⁻⁶ since 1.9, which loses
   * more digits. Use 0 for columns such as powers of x, whose lengths differ by many orders of
   * magnitude. Whatever `tol` is, possible rounding errors of the columns' numbers count as 0.
   *
   * For the others: the descent has converged after five epochs (5 / (1 − momentum), with momentum)
   * that have not lowered the mean squared error by more than `tol` times the variance of the
   * targets. Default 1e-8 for `'gd'`, 1e-5 for `'sgd'`.
   */
  tol: number | undefined;
  /**
   * If columns are so nearly dependent that fewer than twelve digits can be expected, reads the
   * rows of a table again to recover the missing digits (one pass over the rows per step, usually
   * two or three). Default true.
   */
  refine: boolean;
  /**
   * Learning rate of `'gd'` and `'sgd'`, on columns and targets scaled to variance 1. Default:
   * targets / (2·columns) for `'gd'`, which never diverges, and 0.01·targets for `'sgd'`.
   */
  learningRate: number | undefined;
  /**
   * Momentum of `'gd'` and `'sgd'`: the fraction of the last step added to the next, from 0 to
   * below 1. Default 0.
   */
  momentum: number;
  /** Maximum epochs of `'gd'` and `'sgd'`. Default 1000. */
  maxIter: number;
  /** Rows per step of `'sgd'`. Default 32. */
  batchSize: number;
  /** Whole number from 0 to 2³² − 1: the seed of `'sgd'`'s shuffle. Default 0. */
  seed: number;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

const SPECS: ParamSpecs<LinearRegressionParams> = {
  fitIntercept: param.boolean(true),
  tol: param.optional(param.nonNegative(0)),
  refine: param.boolean(true),
  solver: param.oneOf('qr', SOLVERS),
  learningRate: param.optional(param.positive(1)),
  momentum: param.custom(0, (name, value) =>
    checkNumber(name, value, 'a number from 0 to below 1', (v) => v >= 0 && v < 1),
  ),
  maxIter: param.integer(1000),
  batchSize: param.integer(32),
  seed: param.integer(0, 0),
  workers: workersParam,
};

interface Fitted extends LinearFit {
  /** Additional results of `'qr'`. */
  exact: { rank: number; factor: Factor } | undefined;
  /** Epochs of a descent; 1 for `'qr'`. */
  nIter: number;
}

/** Defaults of `tol` for the descents. */
const DESCENT_TOL = { gd: 1e-8, sgd: 1e-5 };

/** Sizes of a factor, in the order they are saved. */
const FACTOR_SIZES = ['ones', 'cols', 'targets', 'rows', 'weightedRows'] as const;

/** The rank, then the sizes. */
type Sizes = [number, number, number, number, number, number];

const isSizes = (value: unknown): value is Sizes | null =>
  value === null ||
  (Array.isArray(value) && value.length === FACTOR_SIZES.length + 1 && value.every(isCount));

/**
 * Ordinary least squares in float64, by an orthogonal method: triangles of blocks of rows, folded
 * into one by reflections (TSQR), then back substitution, or a singular value decomposition if
 * columns are linearly dependent. The triangle of a block is that of Householder's QR, or of its
 * refined normal equations where these lose no digits.
 *
 * It makes one pass over the rows and no copy of them: memory does not grow with their number. The
 * result is bit-identical for any number of workers. (Golub & Van Loan, "Matrix Computations", §5.3
 * and §5.5; Demmel, Grigori, Hoemmen, Langou, "Communication-optimal parallel and sequential QR and
 * LU factorizations", 2012)
 * @example
 * ```ts
 * import { LinearRegression } from 'steepest';
 * const x = [[1], [2], [3], [4]];
 * const model = await new LinearRegression().fit(x, [3, 5, 7, 9]);
 * console.log(model.coef.data[0]!.toFixed(3), model.intercept[0]!.toFixed(3)); // 2.000 1.000
 * console.log((await model.predict([[10]]))[0]!.toFixed(3)); // 21.000
 * ```
 */
export class LinearRegression extends LinearModel<LinearRegressionParams, Fitted> {
  constructor(params: Partial<LinearRegressionParams> = {}) {
    super('LinearRegression', SPECS, params);
  }

  /**
   * Number of singular values of the centred X that are above `tol` and above rounding errors of 0.
   */
  get rank(): number {
    return this.exact('rank').rank;
  }

  /**
   * Singular values of the centred X (of X itself without `fitIntercept`), largest first; computed
   * on demand.
   */
  get singularValues(): Float64Array {
    return singularValuesOf(this.exact('singularValues').factor);
  }

  /** Epochs of a descent; 1 for `'qr'`. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x rows × columns, finite; or, for `'qr'`, a stream of batches `{ x, y, sampleWeight? }`,
   *   which is read once
   * @param y one value per row, or rows × targets, or the names of their columns in a table; omit
   *   it with a stream
   * @param options `sampleWeight`, `signal`, `callbacks`, kernels; `cluster` for rows that are
   *   spread over processes: solver `'qr'`, no streams then
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_ABORTED`; `ERR_DIVERGED` if the learning rate is too large; `ERR_CLUSTER` if ranks fit
   *   different models. After an error, what was learned before is unchanged.
   */
  async fit<X extends FeatureInput | RowStream, const Y extends TargetsFor<this> = never>(
    x: X,
    y?: Y,
    options: DescentFitOptions & RowClusterOptions = {},
  ): Promise<FittedOnRows<this, X, Y>> {
    const { params } = this;
    const begin = (): KernelRequest => {
      checkOptions('LinearRegression.fit', options, [...DESCENT_FIT_KEYS, ...CLUSTER_KEYS]);
      checkDescentOptions(options, params.solver);
      checkClusterSolver(options, params.solver, "Use solver 'qr', which reads rows once.");
      return chooseKernels(options);
    };
    const request = { type: 'LinearRegression', params, begin };
    const { input, kernels } = await readFitRows(request, x, y, options);
    const { columns, isVector } = input;
    const learned =
      params.solver === 'qr'
        ? await this.solveExactly(input, kernels, options.signal)
        : await this.descend(params.solver, input, kernels, options);
    this.fitted = { columns, isVector, ...learned };
    return this as FittedOnRows<this, X, Y>;
  }

  private async solveExactly(
    input: LeastSquaresInput,
    kernels: KernelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Omit<Fitted, 'columns' | 'isVector'>> {
    const { fitIntercept, tol, refine, workers } = this.params;
    const pass = { workers, kernels, signal };
    const factor = await factorInput(input, fitIntercept, pass);
    const { inverse, ...first } = await solveFactor(factor, tol ?? defaultTolerance(factor), kernels);
    // A stream cannot be read again.
    const isRefined =
      refine && inverse !== undefined && input.features !== undefined && wantsRefinement(factor, inverse);
    const solution = isRefined ? await refineSolution(input.source, factor, first, pass) : first;
    const { coef, intercept, rank } = solution;
    return { coef, intercept, exact: { rank, factor }, nIter: 1 };
  }

  private async descend(
    solver: 'gd' | 'sgd',
    { features, table, source }: LeastSquaresInput,
    kernels: KernelRequest,
    { signal, callbacks }: DescentFitOptions,
  ): Promise<Omit<Fitted, 'columns' | 'isVector'>> {
    if (features === undefined || table === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a table for solver '${solver}', which reads its rows again and again`,
        given: 'a stream',
        hint: "Use solver 'qr', which reads them once.",
      });
    }
    const { tol = DESCENT_TOL[solver], batchSize, ...params } = this.params;
    const descent = await descend({
      ...params,
      ...table,
      features,
      targets: source.targets,
      tol,
      batchSize: solver === 'gd' ? features.rows : batchSize,
      shuffle: solver === 'sgd',
      kernels,
      signal,
      callbacks,
    });
    if (!descent.converged) {
      process.emitWarning(
        `LinearRegression stopped after ${descent.nIter} epochs before it had converged: raise maxIter or learningRate, or use solver 'qr'.`,
        { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
      );
    }
    return { coef: descent.coef, intercept: descent.intercept, exact: undefined, nIter: descent.nIter };
  }

  private exact(what: string): NonNullable<Fitted['exact']> {
    const { exact } = this.learned(what);
    if (exact !== undefined) return exact;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a fit with solver 'qr' for ${what}`,
      given: 'one by descent',
      hint: "Fit with solver 'qr'.",
    });
  }

  /**
   * Standard errors, t-values and two-sided p-values, under the usual assumption of independent
   * normal errors.
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` if columns are linearly dependent or no
   *   residual degree of freedom is left
   */
  inference(): Inference {
    const fitted = this.learned('inference');
    const { rank, factor } = this.exact('inference');
    if (rank < factor.cols) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns that do not depend on each other',
        given: `rank ${rank} of ${factor.cols}`,
        hint: 'Leave some of them out: their coefficients are not determined.',
      });
    }
    return inferenceOf(factor, fitted);
  }

  /** The result of {@link inference} as a printed table. */
  summary(): string {
    const { columns } = this.learned('summary');
    return summaryText(this.inference(), this.coef, this.intercept, columns.names);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { exact, nIter } = this.fitted;
    const { tensors, attributes } = savedFit(this.fitted);
    if (exact === undefined) return { tensors, attributes: { ...attributes, nIter, sizes: null } };
    const { factor, rank } = exact;
    const { size, cols, targets, frame } = factor;
    const triangle: NdArray = { data: factor.r, shape: [size, size] };
    const rows: NdArray = {
      data: Float64Array.of(...frame.exponents, ...frame.offsets),
      shape: [2, cols + targets],
    };
    return {
      tensors: { ...tensors, factor: triangle, frame: rows },
      attributes: {
        ...attributes,
        nIter,
        sizes: [rank, ...FACTOR_SIZES.map((name) => factor[name])],
        weightExponent: frame.weightExponent,
      },
    };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', isCount);
    const sizes = attribute(state, 'sizes', isSizes);
    const fit = restoredFit(state);
    this.fitted = { ...fit, exact: sizes ? restoredFactor(state, sizes, fit) : undefined, nIter };
  }
}

/** @throws SteepestError `ERR_MODEL_FILE` unless it is the triangle of this fit */
function restoredFactor(
  state: SavedState,
  sizes: Sizes,
  { columns, intercept }: LinearFit,
): NonNullable<Fitted['exact']> {
  const [rank, ones, cols, targets, rows, weightedRows] = sizes;
  const size = ones + cols + targets;
  const { data } = float64Tensor(state, 'factor', [size, size], FINITE);
  const { data: own } = float64Tensor(state, 'frame', [2, cols + targets], FINITE);
  const exponents = own.slice(0, cols + targets);
  const fits = cols === columns.cols && targets === intercept.length && ones <= 1 && rank <= ones + cols;
  if (!fits || !exponents.every(isExponent)) {
    throw new SteepestError('ERR_MODEL_FILE', {
      expected: `sizes and exponents of a fit of ${columns.cols} columns and ${intercept.length} targets`,
      given: show(sizes),
      hint: 'Save the estimator again.',
    });
  }
  const frame = {
    exponents,
    offsets: own.slice(cols + targets),
    weightExponent: attribute(state, 'weightExponent', isExponent),
  };
  return { rank, factor: { frame, r: data, size, ones, cols, targets, rows, weightedRows } };
}
