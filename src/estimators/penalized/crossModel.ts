import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isCount, isNonNegative } from '../../core/guards.js';
import { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import { chooseKernels, type KernelOptions } from '../../kernels/kernelOptions.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import type { FeatureInput } from '../base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from '../base/fitOptions.js';
import { type ParamSpec, param } from '../base/params.js';
import type { FittedOnRows, TargetsFor } from '../base/predictionForm.js';
import type { RowStream } from '../base/rowStream.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { readRows } from '../leastSquares/input.js';
import { LinearModel } from '../leastSquares/linearModel.js';
import type { CrossValidation } from '../selection/makeFolds.js';
import { descend } from './coordinateDescent.js';
import { type CrossProblems, crossProblems } from './crossProblems.js';
import { interceptOf } from './moments.js';
import { alphaGrid, pathOf, penaltyOf, warnUnlessConverged } from './path.js';
import {
  endsOf,
  PENALIZED_SPECS,
  type PenalizedFit,
  type PenalizedParams,
  restoredPenalized,
  savedPenalized,
} from './penalizedModel.js';

/** Hyperparameters that models with a chosen penalty share. */
export interface CrossParams extends PenalizedParams {
  /** The number of alphas of a path, or the alphas themselves. Default 100. */
  alphas: number | readonly number[];
  /** The smallest alpha of a path as a fraction of the largest. Default 1e-3. */
  eps: number;
  /**
   * A number of folds (5 by default), a `KFold`, or a list of `{ train, test }` row numbers. The
   * folds of a stream are a number. Files keep numbers only; a loaded model has the default
   * otherwise.
   */
  cv: CrossValidation;
}

/** Alphas as a nonempty array. @throws SteepestError `ERR_ARGUMENT` */
export function checkAlphas(name: string, value: unknown): readonly number[] {
  if (Array.isArray(value) && value.length > 0 && [...value].every(isNonNegative)) return [...value];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as an array of finite numbers of at least 0`,
    given: show(value),
    hint: 'Give several powers of ten, such as [0.01, 0.1, 1].',
  });
}

/** A number of alphas, or alphas. */
export const pathAlphas: ParamSpec<number | readonly number[]> = param.custom<number | readonly number[]>(
  100,
  (name, value) => (typeof value === 'number' ? checkInteger(name, value) : checkAlphas(name, value)),
);

/** `cv` as it was given; folds are checked against the rows. */
export const crossValidation = (value: CrossValidation): ParamSpec<CrossValidation> =>
  param.custom<CrossValidation>(value, (name, given) => {
    if (typeof given === 'number') return checkInteger(name, given, 2);
    const isSplitter =
      typeof given === 'object' && given !== null && ('split' in given || Array.isArray(given));
    if (isSplitter) return given as CrossValidation;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as a number of folds, a KFold, or a list of { train, test }`,
      given: show(given),
      hint: 'Use cv: 5.',
    });
  });

/** Parameters as files keep them: folds that are not a number are left out. */
export function withoutFolds<P extends { cv: CrossValidation | undefined }>(params: P): Partial<P> {
  const { cv, ...others } = params;
  return typeof cv === 'number' ? params : (others as Partial<P>);
}

export const CROSS_SPECS = {
  alphas: pathAlphas,
  eps: param.positive(1e-3),
  cv: crossValidation(5),
  ...PENALIZED_SPECS,
};

/** A path's scores, and the penalty chosen among them. */
interface Chosen {
  alpha: number;
  l1Ratio: number;
  /** l1 ratios × alphas. */
  alphas: Float64Array;
  /** l1 ratios × alphas × folds. */
  mse: Float64Array;
  /** Ratios, alphas and folds. */
  counts: readonly [number, number, number];
}

interface CrossFit extends PenalizedFit {
  chosen: Chosen;
}

const isCounts = (value: unknown): value is [number, number, number] =>
  Array.isArray(value) && value.length === 3 && value.every(isCount);

/** Lasso and elastic net with the alpha (and l1Ratio) of the least error on rows left out. */
export abstract class CrossModel<P extends CrossParams> extends LinearModel<P, CrossFit> {
  protected abstract ratios(): readonly number[];

  /** The alpha chosen. */
  get alpha(): number {
    return this.learned('alpha').chosen.alpha;
  }

  /**
   * Mean squared errors on the rows that each fold leaves out, weighted by their sample weights:
   * [l1 ratios, alphas, folds]; without the first dimension where there is one ratio.
   */
  get msePath(): Matrix<Float64Array> {
    const { mse, counts } = this.learned('msePath').chosen;
    return new Matrix(mse.slice(), counts[0] === 1 ? counts.slice(1) : [...counts]);
  }

  /** Passes over the columns of the last descent, on all rows. */
  get nIter(): number {
    return this.learned('nIter').nIter[0]!;
  }

  /** An upper bound of the objective's distance from its minimum. */
  get dualGap(): number {
    return this.learned('dualGap').dualGap[0]!;
  }

  /** Alphas of all paths, largest first: ratios × alphas. */
  protected allAlphas(): { data: Float64Array; shape: [number, number] } {
    const { alphas, counts } = this.learned('alphas').chosen;
    return { data: alphas.slice(), shape: [counts[0], counts[1]] };
  }

  protected chosenRatio(): number {
    return this.learned('l1Ratio').chosen.l1Ratio;
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is
   *   read once
   * @param y one value per row, or the name of its column in a table; omit it with a stream
   * @throws SteepestError `ERR_SHAPE`, also for several targets; `ERR_RAGGED`, `ERR_EMPTY`,
   *   `ERR_NOT_FINITE`, `ERR_ARGUMENT`, `ERR_ABORTED`. After an error, what was learned before is
   *   unchanged.
   */
  async fit<X extends FeatureInput | RowStream, const Y extends TargetsFor<this> = never>(
    x: X,
    y?: Y,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<FittedOnRows<this, X, Y>> {
    checkOptions(`${this.type}.fit`, options, WEIGHTED_FIT_KEYS);
    const { fitIntercept, workers, positive, maxIter, tol, cv, alphas } = this.params;
    const { signal } = options;
    if (typeof alphas === 'number' && this.ratios().includes(0)) noGrid(this.type);
    const kernels = chooseKernels(options);
    const input = await readRows(x, y, options);
    if (input.source.targets !== 1) oneTarget(this.type, input.source.targets);
    const problems = await crossProblems(input, fitIntercept, cv, { workers, kernels, signal });
    const limits = { tol, maxIter, signal };
    const chosen = await this.choose(problems, limits);
    const { alpha, l1Ratio } = chosen;
    const [quadratic] = problems.all.quadratics;
    const coef = new Float64Array(input.source.cols);
    const penalty = penaltyOf(alpha, { l1Ratio, positive });
    const end = await descend(quadratic!, penalty, coef, limits);
    warnUnlessConverged(this.type, [end]);
    const { columns, isVector } = input;
    const intercept = Float64Array.of(interceptOf(problems.all.means, 0, coef));
    this.fitted = { columns, isVector, coef, intercept, ...endsOf([end]), chosen };
    return this as FittedOnRows<this, X, Y>;
  }

  /** The errors of all paths on all folds. */
  private async choose(
    { all, folds }: CrossProblems,
    limits: Parameters<typeof descend>[3],
  ): Promise<Chosen> {
    const { alphas: given, eps, positive } = this.params;
    const ratios = this.ratios();
    const grids = ratios.map((l1Ratio) =>
      alphaGrid(all.quadratics[0]!.q, { alphas: given, eps, l1Ratio, positive }),
    );
    const length = grids[0]!.length;
    const mse = new Float64Array(ratios.length * length * folds.length);
    const ends = [];
    let best = { error: Number.POSITIVE_INFINITY, alpha: grids[0]![0]!, l1Ratio: ratios[0]! };
    for (const [at, l1Ratio] of ratios.entries()) {
      const errors = new Float64Array(length);
      for (const [fold, { train, tests }] of folds.entries()) {
        const [quadratic] = train.quadratics;
        const path = await pathOf(quadratic!, grids[at]!, { l1Ratio, positive }, limits);
        ends.push(...path.ends);
        errors.forEach((_, i) => {
          const coef = path.coef.subarray(i * quadratic!.size, (i + 1) * quadratic!.size);
          const error = tests[0]!.residuals(coef, interceptOf(train.means, 0, coef));
          mse[(at * length + i) * folds.length + fold] = error;
          errors[i]! += error / folds.length;
        });
      }
      errors.forEach((error, i) => {
        if (error < best.error) best = { error, alpha: grids[at]![i]!, l1Ratio };
      });
    }
    warnUnlessConverged(this.type, ends);
    const alphas = Float64Array.from(grids.flatMap((grid) => [...grid]));
    const { alpha, l1Ratio } = best;
    return { alpha, l1Ratio, alphas, mse, counts: [ratios.length, length, folds.length] };
  }

  protected override savedParams(): object {
    return withoutFolds(this.params);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { alpha, l1Ratio, alphas, mse, counts } = this.fitted.chosen;
    const { tensors, attributes } = savedPenalized(this.fitted);
    const [ratios, length] = counts;
    const paths = {
      alphas: { data: alphas, shape: [ratios, length] },
      mse: { data: mse, shape: [...counts] },
    };
    return {
      tensors: { ...tensors, ...paths },
      attributes: { ...attributes, alpha, l1Ratio, counts: [...counts] },
    };
  }

  protected override restoreState(state: SavedState): void {
    const counts = attribute(state, 'counts', isCounts);
    const number = (name: string): number =>
      attribute(state, name, (value): value is number => typeof value === 'number' && value >= 0);
    this.fitted = {
      ...restoredPenalized(state),
      chosen: {
        alpha: number('alpha'),
        l1Ratio: number('l1Ratio'),
        alphas: float64Tensor(state, 'alphas', [counts[0], counts[1]], FINITE).data,
        mse: float64Tensor(state, 'mse', counts, FINITE).data,
        counts,
      },
    };
  }
}

export function noGrid(owner: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `alphas as an array where l1Ratio is 0 (${owner})`,
    given: 'a number of them: without an L1 part no alpha makes all coefficients 0',
    hint: 'Give the alphas, or use RidgeCV.',
  });
}

export function oneTarget(owner: string, given: number): never {
  throw new SteepestError('ERR_SHAPE', {
    expected: `y with one column for ${owner}, which chooses one alpha`,
    given: `${given} columns`,
    hint: 'Fit each target on its own.',
  });
}
