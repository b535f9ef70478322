import { SteepestError } from '../core/errors.js';
import { chooseKernels, type KernelOptions } from '../kernels/kernelOptions.js';
import type { Workers } from '../parallel/workers.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from './base/fitOptions.js';
import { type ParamSpecs, param } from './base/params.js';
import type { FittedOnRows, TargetsFor } from './base/predictionForm.js';
import type { RowStream } from './base/rowStream.js';
import { attribute, FINITE, float64Tensor, type SavedState } from './base/saved.js';
import { workersParam } from './base/workersParam.js';
import type { Factor } from './leastSquares/factor.js';
import { factorInput, type LeastSquaresInput, readRows } from './leastSquares/input.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { solveRidge } from './leastSquares/ridgeSolve.js';
import type { PassOptions } from './leastSquares/rowJob.js';
import { checkAlphas, crossValidation, withoutFolds } from './penalized/crossModel.js';
import { testSums } from './penalized/crossProblems.js';
import { crossFactors, withoutOnes } from './penalized/folds.js';
import { leftOut } from './penalized/leaveOneOut.js';
import { momentsOf } from './penalized/moments.js';
import { ridgeAt, ridgePath } from './penalized/ridgePath.js';
import type { CrossValidation } from './selection/makeFolds.js';

const SCORES = ['r2', 'negMeanSquaredError', 'negRootMeanSquaredError'] as const;

/** Hyperparameters. */
export interface RidgeCVParams {
  /** Strengths of the penalty to choose from, above 0. Default [0.1, 1, 10]. */
  alphas: readonly number[];
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /** Default: the mean squared error of leave-one-out, and R² of folds. */
  scoring: (typeof SCORES)[number] | undefined;
  /**
   * Default: exact leave-one-out, which reads the rows twice. Otherwise a number of folds, a
   * `KFold` or a list of `{ train, test }` row numbers, in one pass over the rows. Of folds, a
   * stream needs a number. Files keep numbers only.
   */
  cv: CrossValidation | undefined;
  /** One alpha for each target instead of one for all. Default false. */
  alphaPerTarget: boolean;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

const SPECS: ParamSpecs<RidgeCVParams> = {
  alphas: param.custom<readonly number[]>([0.1, 1, 10], checkAlphas),
  fitIntercept: param.boolean(true),
  scoring: param.optional(param.oneOf('r2', SCORES)),
  cv: param.optional(crossValidation(5)),
  alphaPerTarget: param.boolean(false),
  workers: workersParam,
};

interface Fitted extends LinearFit {
  /** One for each target. */
  alphas: Float64Array;
  bestScore: number;
}

/** The triangle of all rows, and the score of every alpha: alphas × targets. */
interface Scored {
  all: Factor;
  scores: Float64Array;
}

/**
 * `Ridge` with the alpha that predicts rows left out best. All alphas and folds are computed from
 * triangles of one pass over the rows; leave-one-out reads the rows once more, for their leverages.
 * (Golub, Heath, Wahba 1979; "The Elements of Statistical Learning", Hastie et al., §7.10)
 * @example
 * ```ts
 * import { data, RidgeCV } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = await new RidgeCV({ alphas: [0.001, 1, 1000] }).fit(x, y);
 * console.log(model.alpha); // 0.001
 * ```
 */
export class RidgeCV extends LinearModel<RidgeCVParams, Fitted> {
  constructor(params: Partial<RidgeCVParams> = {}) {
    super('RidgeCV', SPECS, params);
  }

  /** The alpha chosen; with `alphaPerTarget` that of the first target. */
  get alpha(): number {
    return this.learned('alpha').alphas[0]!;
  }

  /** The alphas chosen, one per target: all the same without `alphaPerTarget`. */
  get alphas(): Float64Array {
    return this.learned('alphas').alphas.slice();
  }

  /** The mean over targets of the scores of their alphas; larger is better. */
  get bestScore(): number {
    return this.learned('bestScore').bestScore;
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`. With a
   *   number `cv` it is read once; without `cv` twice, so pass what can be opened again, such as a
   *   generator function
   * @param y one value per row, or rows × targets, or the names of their columns in a table; omit
   *   it with a stream
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ABORTED`;
   *   `ERR_ARGUMENT`, also for leave-one-out with an alpha of 0, with a stream that can be read
   *   only once, or with one that has other rows the second time. After an error, what was learned
   *   before is unchanged.
   */
  async fit<X extends FeatureInput | RowStream, const Y extends TargetsFor<this> = never>(
    x: X,
    y?: Y,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<FittedOnRows<this, X, Y>> {
    checkOptions('RidgeCV.fit', options, WEIGHTED_FIT_KEYS);
    const { alphas, workers, cv, alphaPerTarget } = this.params;
    if (cv === undefined && alphas.includes(0)) noZero();
    const kernels = chooseKernels(options);
    const input = await readRows(x, y, options, cv === undefined ? 2 : 1);
    const { targets } = input.source;
    const pass = { workers, kernels, signal: options.signal };
    const { all, scores } =
      cv === undefined ? await this.leaveOneOut(input, pass) : await this.crossValidate(input, cv, pass);
    const own = Array.from({ length: targets }, (_, k) => alphas.map((_, a) => scores[a * targets + k]!));
    const mean = alphas.map((_, a) => own.reduce((sum, target) => sum + target[a]!, 0) / targets);
    const best = own.map((values) => largest(alphaPerTarget ? values : mean));
    const chosen = best.map((at) => alphas[at]!);
    this.fitted = {
      columns: input.columns,
      isVector: input.isVector,
      ...(await solveRidge(await this.ownFactor(all, pass), chosen, kernels)),
      alphas: Float64Array.from(chosen),
      bestScore: best.reduce((sum, at, k) => sum + own[k]![at]!, 0) / targets,
    };
    return this as FittedOnRows<this, X, Y>;
  }

  /** The score from sums of squares: of residuals, and of distances from the mean. */
  private scoreOf(residuals: number, total: number): number {
    const { scoring, cv } = this.params;
    const name = scoring ?? (cv === undefined ? 'negMeanSquaredError' : 'r2');
    if (name === 'r2') return total > 0 ? 1 - residuals / total : Number(residuals === 0);
    return name === 'negMeanSquaredError' ? -residuals : -Math.sqrt(residuals);
  }

  private async leaveOneOut(input: LeastSquaresInput, options: PassOptions): Promise<Scored> {
    const { alphas, fitIntercept, scoring } = this.params;
    const all = await factorInput(input, true, options);
    if (all.rows < 2) oneRow();
    const moments = momentsOf(all, fitIntercept);
    const path = await ridgePath(moments, all.rows, options.kernels);
    const pass = { fitIntercept, signal: options.signal };
    const { residuals, rows } = await leftOut(input.source, path, alphas, pass);
    if (rows !== all.rows) otherRows(all.rows, rows);
    // Without a name, scikit-learn takes the mean over rows of weighted errors.
    const count = scoring === undefined ? rows : moments.weight;
    const totals = testSums(momentsOf(all, false)).map(({ total }) => total);
    const scores = residuals.map((sum, at) => this.scoreOf(sum / count, totals[at % totals.length]!));
    return { all, scores };
  }

  /** Without an intercept the triangle has no column of ones. */
  private async ownFactor(all: Factor, options: PassOptions): Promise<Factor> {
    return this.params.fitIntercept ? all : withoutOnes(all, options);
  }

  private async crossValidate(
    input: LeastSquaresInput,
    cv: CrossValidation,
    options: PassOptions,
  ): Promise<Scored> {
    const { alphas, fitIntercept } = this.params;
    const { targets } = input.source;
    const { all, folds } = await crossFactors(input, cv, options);
    const scores = new Float64Array(alphas.length * targets);
    for (const { train, test } of folds) {
      const path = await ridgePath(momentsOf(train, fitIntercept), train.rows, options.kernels);
      const tests = testSums(momentsOf(test, false));
      alphas.forEach((alpha, a) => {
        tests.forEach(({ residuals, total }, k) => {
          const { coef, intercept } = ridgeAt(path, alpha, k);
          scores[a * targets + k]! += this.scoreOf(residuals(coef, intercept), total) / folds.length;
        });
      });
    }
    return { all, scores };
  }

  protected override savedParams(): object {
    return withoutFolds(this.params);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedFit(this.fitted);
    const { alphas, bestScore } = this.fitted;
    const own = { alphas: { data: alphas, shape: [alphas.length] } };
    return { tensors: { ...tensors, ...own }, attributes: { ...attributes, bestScore } };
  }

  protected override restoreState(state: SavedState): void {
    const fit = restoredFit(state);
    this.fitted = {
      ...fit,
      alphas: float64Tensor(state, 'alphas', [fit.intercept.length], FINITE).data,
      bestScore: attribute(state, 'bestScore', (value) => typeof value === 'number'),
    };
  }
}

/** The first position of the largest value; NaN is the least. */
function largest(values: readonly number[]): number {
  return values.reduce(
    (best, value, at) => (value > values[best]! || Number.isNaN(values[best]!) ? at : best),
    0,
  );
}

function noZero(): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'alphas above 0 for leave-one-out',
    given: '0',
    hint: 'Use a small alpha such as 1e-6, or folds (cv: 5).',
  });
}

function oneRow(): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'at least two rows: one is left out',
    given: '1',
    hint: 'Pass more rows, or use Ridge.',
  });
}

function otherRows(before: number, now: number): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a stream with the same ${before} rows each time: leave-one-out reads it twice`,
    given: `${now} rows the second time`,
    hint: 'Open the same source again, or use folds (cv: 5), which read a stream once.',
  });
}
