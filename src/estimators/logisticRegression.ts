import { SteepestError } from '../core/errors.js';
import { isNames, orAbsent } from '../core/guards.js';
import { Matrix } from '../core/matrix.js';
import { checkRowCount } from '../core/refuse.js';
import { show } from '../core/show.js';
import { chooseKernels } from '../kernels/kernelOptions.js';
import { withFewerThreads } from '../parallel/fewerThreads.js';
import type { Workers } from '../parallel/workers.js';
import { type ClassWeight, classWeightParam, rowWeights } from './base/classWeights.js';
import { BaseEstimator, type Classifier, type ScoreOptions } from './base/estimator.js';
import {
  checkFiniteFeatures,
  checkFittedColumns,
  type FeatureInput,
  type Features,
  type FittedColumns,
  readFeatures,
} from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import {
  checkClassCount,
  encodeClasses,
  isLabelList,
  type Label,
  type LabelInput,
  namesOfClasses,
} from './base/labels.js';
import { linearScores } from './base/linearScores.js';
import { type ParamSpecs, param } from './base/params.js';
import { attribute, FINITE, float64Tensor, type SavedState } from './base/saved.js';
import { classificationScore } from './base/score.js';
import { readSampleWeight } from './base/weights.js';
import { workersParam } from './base/workersParam.js';
import { descend } from './logistic/descend.js';
import { fitLogistic, type LogisticResult } from './logistic/fit.js';
import type { LogisticSolver } from './logistic/logisticTask.js';
import { probabilities } from './logistic/probabilities.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';

const PENALTIES = ['l2', 'l1', 'elasticnet', 'none'] as const;
const SOLVERS = ['auto', 'lbfgs', 'newton', 'proximal', 'gd', 'sgd'] as const;

/**
 * Hyperparameters, with scikit-learn's meanings; `penalty` and `l1Ratio` as before its version 1.8.
 */
export interface LogisticRegressionParams {
  /** Inverse strength of the penalty, above 0; smaller means a stronger penalty. Default 1. */
  C: number;
  /** Default `'l2'`. */
  penalty: (typeof PENALTIES)[number];
  /** For `'elasticnet'`: the fraction of L1, from 0 to 1. Default 0.5. */
  l1Ratio: number;
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /**
   * - `'lbfgs'`: quasi-Newton, for L2 or no penalty.
   * - `'newton'`: uses second derivatives; for few columns times classes, and L2 or no penalty.
   * - `'proximal'`: accelerated proximal gradient, for every penalty.
   * - `'gd'`, `'sgd'`: gradient descent on all rows at once, or on mini-batches, with the step
   *   programs of networks, in float32. `maxIter` counts epochs; training ends when the loss has
   *   not fallen by more than `tol` for five epochs.
   * - `'auto'` (default): `'lbfgs'`, or `'proximal'` with an L1 penalty.
   */
  solver: (typeof SOLVERS)[number];
  /**
   * Converged when no element of the gradient of the mean penalised loss is larger. Default 1e-4.
   */
  tol: number;
  /** Default 100. */
  maxIter: number;
  classWeight: ClassWeight | undefined;
  /** For `'gd'` and `'sgd'`. Default 0.1. */
  learningRate: number;
  /** Rows per mini-batch of `'sgd'`. Default 32. */
  batchSize: number;
  /** Seed of the row order of `'sgd'`. Default 0. */
  seed: number;
  /** Starts the next fit from the coefficients of the last. Default false. */
  warmStart: boolean;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

const SPECS: ParamSpecs<LogisticRegressionParams> = {
  C: param.positive(1),
  penalty: param.oneOf('l2', PENALTIES),
  l1Ratio: param.custom(0.5, (name, value) => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} from 0 to 1`,
      given: show(value),
      hint: 'Use 0 for L2 alone, 1 for L1 alone.',
    });
  }),
  fitIntercept: param.boolean(true),
  solver: param.oneOf('auto', SOLVERS),
  tol: param.positive(1e-4),
  maxIter: param.integer(100),
  classWeight: classWeightParam,
  learningRate: param.positive(0.1),
  batchSize: param.integer(32),
  seed: param.integer(0, 0),
  warmStart: param.boolean(false),
  workers: workersParam,
};

/**
 * Maximum number of variables for Newton's method, whose Hessian has their square; beyond, use
 * L-BFGS.
 */
const MOST_NEWTON_VARIABLES = 2000;

interface Fitted {
  classes: readonly Label[];
  columns: FittedColumns;
  /** outputs × columns. */
  coef: Float64Array;
  intercept: Float64Array;
  nIter: number;
}

/**
 * Logistic regression by maximum likelihood: binary for two classes, multinomial (softmax) for
 * more. Labels are strings, numbers or booleans.
 *
 * Minimises Σ w_i·loss_i / Σ w_i + penalty / (C·Σ w_i), which is scikit-learn's objective, in
 * float64. ("The Elements of Statistical Learning", Hastie et al., §4.4)
 */
export class LogisticRegression extends BaseEstimator<LogisticRegressionParams> implements Classifier {
  private fitted: Fitted | undefined;

  constructor(params: Partial<LogisticRegressionParams> = {}) {
    super('LogisticRegression', SPECS, params);
  }

  /** The classes, sorted: the order of `predictProba`'s columns. */
  get classes(): readonly Label[] {
    return this.learned('classes').classes;
  }

  /** Coefficients: [1, columns] for two classes (of the second one), else [classes, columns]. */
  get coef(): Matrix<Float64Array> {
    const { coef, columns } = this.learned('coef');
    return new Matrix(coef.slice(), [coef.length / columns.cols, columns.cols], columns.names);
  }

  /** One per row of `coef`; 0 without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.learned('intercept').intercept.slice();
  }

  /** Iterations of the last fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` for a single class,
   *   `ERR_ARGUMENT` for a solver that does not support the penalty; `ERR_ABORTED`. After an error,
   *   what was learned before is unchanged.
   */
  async fit(x: FeatureInput, y: LabelInput, options: DescentFitOptions = {}): Promise<this> {
    checkOptions('LogisticRegression.fit', options, DESCENT_FIT_KEYS);
    const features = readFeatures('X', x);
    const labels = encodeClasses('y', y);
    checkRowCount('y', labels.codes.length, 'X', features.rows);
    const { classes } = labels;
    checkClassCount('y', classes);
    const { params } = this;
    const outputs = classes.length === 2 ? 1 : classes.length;
    const solver = this.chooseSolver(outputs * (features.cols + 1));
    checkDescentOptions(options, solver);
    const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
    const weights = rowWeights(labels, params.classWeight, sampleWeight);
    const totalWeight = weights?.reduce((sum, weight) => sum + weight, 0) ?? features.rows;
    const size = outputs * features.cols;
    const request = {
      features,
      labels: labels.codes,
      outputs,
      weights,
      start: this.start(size, outputs, classes),
      tol: params.tol,
      maxIter: params.maxIter,
      ...this.strengths(totalWeight),
      fitIntercept: params.fitIntercept,
      workers: params.workers,
      kernels: chooseKernels(options),
      signal: options.signal,
    };
    const { learningRate, seed } = params;
    const batchSize = solver === 'gd' ? features.rows : params.batchSize;
    const result =
      solver === 'gd' || solver === 'sgd'
        ? await descend({ ...request, callbacks: options.callbacks }, { learningRate, batchSize, seed })
        : await withFewerThreads(() => fitLogistic({ ...request, solver }));
    this.fitted = {
      classes,
      columns: { cols: features.cols, names: features.names },
      coef: result.point.slice(0, size),
      intercept: result.point.slice(size),
      nIter: result.iterations,
    };
    if (!result.converged) this.warnNotConverged(result);
    return this;
  }

  /** One class per row, with the type of y. */
  async predict(x: FeatureInput): Promise<Label[]> {
    const { classes } = this.learned('predict()');
    const { data, shape } = await this.scores(x);
    const outputs = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, row) => {
      if (outputs === 1) return classes[data[row]! > 0 ? 1 : 0]!;
      let best = 0;
      for (let k = 1; k < outputs; k++) {
        if (data[row * outputs + k]! > data[row * outputs + best]!) best = k;
      }
      return classes[best]!;
    });
  }

  /** Probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    return probabilities(await this.scores(x), namesOfClasses(this.classes));
  }

  /** Natural logarithms of {@link predictProba}. */
  async predictLogProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { data, shape, columnNames } = await this.predictProba(x);
    return new Matrix(data.map(Math.log), shape, columnNames);
  }

  /**
   * Scores x·coefᵀ + intercept: one per row for two classes (above 0 means the second), otherwise
   * rows × classes.
   */
  async decisionFunction(x: FeatureInput): Promise<Float64Array | Matrix<Float64Array>> {
    const scores = await this.scores(x);
    return scores.columns === 1 ? scores.data : scores;
  }

  /** Fraction of rows whose class is predicted correctly. */
  async score(x: FeatureInput, y: LabelInput, options: ScoreOptions = {}): Promise<number> {
    return classificationScore(y, await this.predict(x), options);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { classes, columns, intercept, nIter } = this.fitted;
    return {
      tensors: { coef: this.coef, intercept: { data: intercept, shape: [intercept.length] } },
      attributes: { classes, nIter, ...(columns.names ? { columnNames: columns.names } : {}) },
    };
  }

  protected override restoreState(state: SavedState): void {
    const classes = attribute(state, 'classes', isLabelList);
    const outputs = classes.length === 2 ? 1 : classes.length;
    const coef = float64Tensor(state, 'coef', [outputs, -1], FINITE);
    const { data: intercept } = float64Tensor(state, 'intercept', [outputs], FINITE);
    const cols = coef.shape[1]!;
    const nIter = attribute(state, 'nIter', (v): v is number => Number.isSafeInteger(v));
    const isColumnNames = (v: unknown): v is string[] => isNames(v) && v.length === cols;
    const names = attribute(state, 'columnNames', orAbsent(isColumnNames));
    this.fitted = { classes, columns: { cols, names }, coef: coef.data, intercept, nIter };
  }

  private learned(what: string): Fitted {
    if (this.fitted === undefined) throw this.notFitted(what);
    return this.fitted;
  }

  private async scores(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { classes, columns, coef, intercept } = this.learned('predict()');
    const features: Features = readFeatures('X', x);
    checkFittedColumns('X', features, columns);
    checkFiniteFeatures('X', features);
    const names = intercept.length === 1 ? undefined : namesOfClasses(classes);
    return linearScores(features, coef, intercept, names);
  }

  private chooseSolver(variables: number): LogisticSolver | 'gd' | 'sgd' {
    const { solver, penalty, l1Ratio } = this.params;
    const hasL1 = penalty === 'l1' || (penalty === 'elasticnet' && l1Ratio > 0);
    if (solver === 'auto') return hasL1 ? 'proximal' : 'lbfgs';
    if (hasL1 && (solver === 'lbfgs' || solver === 'newton')) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `solver 'proximal', 'gd', 'sgd' or 'auto' for penalty '${penalty}', which has a corner at 0`,
        given: `'${solver}'`,
        hint: "Leave solver out, or use penalty 'l2'.",
      });
    }
    if (solver === 'newton' && variables > MOST_NEWTON_VARIABLES) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `at most ${MOST_NEWTON_VARIABLES} coefficients for solver 'newton', which stores their square`,
        given: `${variables}`,
        hint: "Use solver 'lbfgs'.",
      });
    }
    return solver;
  }

  /** Penalties of the mean loss. */
  private strengths(totalWeight: number): { l1: number; l2: number } {
    const { penalty, l1Ratio, C } = this.params;
    const strength = penalty === 'none' ? 0 : 1 / (C * totalWeight);
    const share = penalty === 'l1' ? 1 : penalty === 'elasticnet' ? l1Ratio : 0;
    return { l1: strength * share, l2: strength * (1 - share) };
  }

  /** Zeros, or with `warmStart` the last coefficients if their shape matches. */
  private start(size: number, outputs: number, classes: readonly Label[]): Float64Array {
    const start = new Float64Array(size + outputs);
    const { fitted, params } = this;
    const fits = fitted?.coef.length === size && JSON.stringify(fitted.classes) === JSON.stringify(classes);
    if (params.warmStart && fits) {
      start.set(fitted.coef);
      if (params.fitIntercept) start.set(fitted.intercept, size);
    }
    return start;
  }

  private warnNotConverged({ iterations, gradientNorm }: LogisticResult): void {
    const why =
      gradientNorm === undefined
        ? 'epochs while its loss still fell'
        : `iterations with a gradient of ${gradientNorm.toExponential(1)}, above tol ${this.params.tol}`;
    process.emitWarning(
      `LogisticRegression stopped after ${iterations} ${why}. ` +
        `Scale the columns with StandardScaler, or raise maxIter or tol.`,
      { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
    );
  }
}
