import { checkInteger } from '../core/check.js';
import { SteepestError, unknownName } from '../core/errors.js';
import { isCount } from '../core/guards.js';
import { Matrix } from '../core/matrix.js';
import { checkRowCount } from '../core/refuse.js';
import { show } from '../core/show.js';
import type { ColumnNames } from '../data/arrayInputs.js';
import { separateTarget } from '../data/tables/target.js';
import { chooseKernels, type KernelOptions } from '../kernels/kernelOptions.js';
import { rowWeights } from './base/classWeights.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import { type FeatureInput, type Features, readFeatures, shareFeatures } from './base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from './base/fitOptions.js';
import {
  checkClassCount,
  type EncodedLabels,
  encodeClasses,
  type LabelInput,
  outputsOf,
} from './base/labels.js';
import { SCORER_ALIASES } from './base/names.js';
import { type ParamSpecs, param } from './base/params.js';
import { attribute, FINITE, float64Tensor, type SavedState } from './base/saved.js';
import { readSampleWeight } from './base/weights.js';
import { warnNotConverged } from './glm/choices.js';
import { fitGlm } from './glm/fit.js';
import type { GlmRequest } from './glm/request.js';
import { type Choice, choosePenalty } from './logistic/choosePenalty.js';
import {
  type LogisticFit,
  LogisticModel,
  restoredLogistic,
  savedLogistic,
} from './logistic/logisticModel.js';
import {
  COMMON_SPECS,
  type CommonLogisticParams,
  checkL1Ratio,
  chooseSolver,
  type ExactSolver,
  exactSolverParam,
  penaltyOf,
} from './logistic/params.js';
import { type CommonRequest, scorePaths } from './logistic/scorePaths.js';
import { crossValidation, withoutFolds } from './penalized/crossModel.js';
import { type CrossValidation, makeFolds } from './selection/makeFolds.js';
import { type ScorerFunction, type ScorerName, scorerNames } from './selection/scorers.js';

/** Hyperparameters, with scikit-learn's meanings. */
export interface LogisticRegressionCVParams extends CommonLogisticParams {
  /**
   * Inverse strengths of the penalty to choose from, or how many of them from 1e-4 to 1e4, evenly
   * on a logarithmic scale. Default 10.
   */
  Cs: number | readonly number[];
  /** Fractions of L1 to choose from, each from 0 (L2 alone) to 1 (L1 alone). Default [0]. */
  l1Ratios: readonly number[];
  /**
   * A number of stratified folds (5 by default), a splitter such as `KFold`, or a list of
   * `{ train, test }` row numbers. Files keep numbers only; a loaded model has the default
   * otherwise.
   */
  cv: CrossValidation;
  /**
   * The score of held-out rows, by name or as a function of (estimator, X, y); larger is better.
   * Default `'accuracy'`. Files do not keep functions.
   */
  scoring: ScorerName | ScorerFunction;
  /**
   * Fits all rows with the penalty of the best mean score. False: averages each fold's best
   * coefficients and penalties. Default true.
   */
  refit: boolean;
  /** As for `LogisticRegression`, except `'gd'` and `'sgd'`. Default `'auto'`. */
  solver: ExactSolver;
}

/** Options of `fit`. */
export interface CrossFitOptions extends EstimatorFitOptions, KernelOptions {
  /** The group of each row, for a `cv` that reads them, such as `GroupKFold`. */
  groups?: LabelInput;
}

const DEFAULT_COUNT = 10;
const DEFAULT_FOLDS = 5;
/** Exponents of ten of the first and last C. */
const C_RANGE = [-4, 4] as const;

/** A nonempty list whose elements pass `check`. */
function listOf(name: string, value: unknown, check: (name: string, value: unknown) => number): number[] {
  if (Array.isArray(value) && value.length > 0) return value.map((v, i) => check(`${name}[${i}]`, v));
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as a list of at least one number`,
    given: show(value),
    hint: 'Write [0.1, 1, 10].',
  });
}

const { check: checkC } = param.positive(1);

const SPECS: ParamSpecs<LogisticRegressionCVParams> = {
  Cs: param.custom<number | readonly number[]>(DEFAULT_COUNT, (name, value) =>
    typeof value === 'number' ? checkInteger(name, value) : listOf(name, value, checkC),
  ),
  l1Ratios: param.custom<readonly number[]>([0], (name, value) => listOf(name, value, checkL1Ratio)),
  cv: crossValidation(DEFAULT_FOLDS),
  scoring: param.custom<ScorerName | ScorerFunction>('accuracy', (name, value) =>
    typeof value === 'function'
      ? (value as ScorerFunction)
      : (scorerNames.find((one) => one === value) ?? unknownName(name, value, scorerNames, SCORER_ALIASES)),
  ),
  refit: param.boolean(true),
  solver: exactSolverParam,
  ...COMMON_SPECS,
};

interface Fitted extends LogisticFit {
  nIter: number;
  Cs: Float64Array;
  l1Ratios: Float64Array;
  C: number;
  l1Ratio: number;
  /** folds × l1 ratios × Cs. */
  scores: Float64Array;
  folds: number;
}

/**
 * `LogisticRegression` with the penalty, among several, that has the best score on rows left out.
 * The penalties of a fold are fitted one after another, from the strongest on, each from the last
 * one's coefficients. ("The Elements of Statistical Learning", Hastie et al., §7.10)
 * @example
 * ```ts
 * import { data, LogisticRegressionCV } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const model = new LogisticRegressionCV({ Cs: [0.01, 1], cv: 5 });
 * await model.fit(x, y);
 * console.log(model.scores.shape); // [ 5, 1, 2 ]
 * ```
 */
export class LogisticRegressionCV extends LogisticModel<LogisticRegressionCVParams, Fitted> {
  constructor(params: Partial<LogisticRegressionCVParams> = {}) {
    super('LogisticRegressionCV', SPECS, params);
  }

  /** The inverse strengths that were tried. */
  get Cs(): Float64Array {
    return this.learned('Cs').Cs.slice();
  }

  /** The fractions of L1 that were tried. */
  get l1Ratios(): Float64Array {
    return this.learned('l1Ratios').l1Ratios.slice();
  }

  /** The inverse strength chosen; without `refit` the mean over folds. */
  get C(): number {
    return this.learned('C').C;
  }

  /** The fraction of L1 chosen; without `refit` the mean over folds. */
  get l1Ratio(): number {
    return this.learned('l1Ratio').l1Ratio;
  }

  /** Scores of held-out rows, [folds, l1Ratios, Cs]. */
  get scores(): Matrix<Float64Array> {
    const { scores, folds, l1Ratios, Cs } = this.learned('scores');
    return new Matrix(scores.slice(), [folds, l1Ratios.length, Cs.length]);
  }

  /** Iterations of the last fit on all rows; without `refit` the most of any fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones; or the name of their column in a
   *   table
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` for a single class, also
   *   in the training rows of a fold; `ERR_ARGUMENT`, `ERR_ABORTED`. After an error, what was
   *   learned before is unchanged.
   */
  async fit(x: FeatureInput, y: LabelInput | ColumnNames, options: CrossFitOptions = {}): Promise<this> {
    checkOptions('LogisticRegressionCV.fit', options, [...WEIGHTED_FIT_KEYS, 'groups']);
    const { params } = this;
    const target = separateTarget('X', x, y);
    const given = readFeatures('X', target.x);
    const labels = encodeClasses('y', target.y);
    checkRowCount('y', labels.codes.length, 'X', given.rows);
    checkClassCount('y', labels.classes);
    const solvers = this.solvers(labels, given.cols);
    const sampleWeight = readSampleWeight(options.sampleWeight, given.rows);
    const weights = rowWeights(labels, params.classWeight, sampleWeight);
    const list = Array.from(labels.codes, (code) => labels.classes[code]!);
    const folds = makeFolds({ cv: params.cv, groups: options.groups }, true, given.rows, list);
    const features = await shareFeatures(given);
    const outputs = outputsOf(labels.classes);
    const common = this.request(features, labels.codes, outputs, options);
    const Cs = cGrid(params.Cs);
    const ratios = params.l1Ratios;
    const scored = await scorePaths({
      common,
      labels,
      weights,
      folds,
      Cs,
      ratios,
      solvers,
      scoring: params.scoring,
    });
    const choice = choosePenalty(scored, Cs, ratios, params.refit);
    const size = outputs * given.cols;
    const found = params.refit ? await this.refit(common, weights, solvers, choice) : choice;
    if (!scored.converged || !found.converged) warnNotConverged('LogisticRegressionCV', params.tol, found);
    this.fitted = {
      classes: labels.classes,
      columns: { cols: given.cols, names: given.names },
      coef: found.point.slice(0, size),
      intercept: found.point.slice(size),
      nIter: found.iterations,
      Cs: Float64Array.from(Cs),
      l1Ratios: Float64Array.from(ratios),
      C: choice.C,
      l1Ratio: choice.l1Ratio,
      scores: scored.scores,
      folds: folds.length,
    };
    return this;
  }

  /** What all fits have in common. */
  private request(
    features: Features,
    y: Int32Array,
    outputs: number,
    options: CrossFitOptions,
  ): CommonRequest {
    const { tol, maxIter, fitIntercept, workers } = this.params;
    const kernels = chooseKernels(options);
    const { signal } = options;
    return { features, family: 'logistic', y, outputs, tol, maxIter, fitIntercept, workers, kernels, signal };
  }

  /** One solver per fraction of L1. */
  private solvers({ classes }: EncodedLabels, cols: number) {
    const outputs = outputsOf(classes);
    return this.params.l1Ratios.map((ratio) =>
      chooseSolver(this.params.solver, { outputs, cols, hasL1: ratio > 0, penalty: `l1Ratio ${ratio}` }),
    );
  }

  /** All rows with the chosen penalty, from the mean of the folds' coefficients. */
  private async refit(
    common: CommonRequest,
    weights: Float64Array | undefined,
    solvers: readonly GlmRequest['solver'][],
    { C, l1Ratio, point }: Choice,
  ) {
    const total = weights?.reduce((sum, w) => sum + w, 0) ?? common.features.rows;
    const solver = solvers[this.params.l1Ratios.indexOf(l1Ratio)]!;
    const path = [penaltyOf(C, l1Ratio, total)];
    const { results } = await fitGlm({ ...common, weights, start: point, solver, path });
    return results[0]!;
  }

  protected override savedParams(): object {
    const { scoring, ...others } = this.params;
    return withoutFolds(typeof scoring === 'string' ? this.params : others);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedLogistic(this.fitted);
    const { nIter, Cs, l1Ratios, C, l1Ratio, scores, folds } = this.fitted;
    return {
      tensors: {
        ...tensors,
        Cs: { data: Cs, shape: [Cs.length] },
        l1Ratios: { data: l1Ratios, shape: [l1Ratios.length] },
        chosen: { data: Float64Array.of(C, l1Ratio), shape: [2] },
        scores: { data: scores, shape: [folds, l1Ratios.length, Cs.length] },
      },
      attributes: { ...attributes, nIter },
    };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', isCount);
    const { data: Cs } = float64Tensor(state, 'Cs', [-1], FINITE);
    const { data: l1Ratios } = float64Tensor(state, 'l1Ratios', [-1], FINITE);
    const { data: chosen } = float64Tensor(state, 'chosen', [2], FINITE);
    // A score may be NaN, such as that of a class that a fold does not have.
    const scores = float64Tensor(state, 'scores', [-1, l1Ratios.length, Cs.length]);
    const [C, l1Ratio] = chosen as unknown as [number, number];
    const cross = { Cs, l1Ratios, C, l1Ratio, scores: scores.data, folds: scores.shape[0]! };
    this.fitted = { ...restoredLogistic(state), nIter, ...cross };
  }
}

/** Inverse strengths, as given or evenly on a logarithmic scale. */
function cGrid(Cs: number | readonly number[]): readonly number[] {
  if (typeof Cs !== 'number') return Cs;
  const [first, last] = C_RANGE;
  const step = Cs > 1 ? (last - first) / (Cs - 1) : 0;
  return Array.from({ length: Cs }, (_, i) => 10 ** (first + i * step));
}
