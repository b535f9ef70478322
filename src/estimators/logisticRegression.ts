import type { ColumnNames } from '../data/arrayInputs.js';
import { areAlike } from '../data/tables/match.js';
import type { KernelRequest } from '../kernels/backend.js';
import { chooseKernels } from '../kernels/kernelOptions.js';
import type { FeatureInput, FittedColumns } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import { checkClassCount, type Label, type LabelInput, outputsOf } from './base/labels.js';
import { attribute, type SavedState } from './base/saved.js';
import { MOST_INFERRED, noInference, warnNotConverged } from './glm/choices.js';
import { fitGlm } from './glm/fit.js';
import { type InferenceOptions, readLevel } from './glm/inference.js';
import type { GlmRequest, GlmResult } from './glm/request.js';
import { type DescentRequest, descend } from './logistic/descend.js';
import {
  type LogisticInference,
  likelihoodOf,
  logisticInference,
  logisticSummary,
} from './logistic/inference.js';
import {
  type Likelihood,
  type NoLikelihood,
  restoredLikelihood,
  savedLikelihood,
} from './logistic/likelihood.js';
import {
  type LogisticFit,
  LogisticModel,
  restoredLogistic,
  savedLogistic,
} from './logistic/logisticModel.js';
import {
  chooseSolver,
  LOGISTIC_SPECS,
  type LogisticRegressionParams,
  l1Share,
  penaltyOf,
} from './logistic/params.js';
import { type LogisticRows, readLogisticRows } from './logistic/rows.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';
import { startOf } from './sharded/agree.js';
import { jointRowWeights } from './sharded/classes.js';
import { CLUSTER_KEYS, checkClusterSolver, type RowClusterOptions } from './sharded/ownRows.js';
import { ALONE } from './sharded/ranks.js';

export type { LogisticRegressionParams };

interface Outcome {
  result: GlmResult;
  likelihood: Likelihood | NoLikelihood;
}

interface Fitted extends LogisticFit {
  nIter: number;
  /** For `inference`, or why there is none. */
  likelihood: Likelihood | NoLikelihood;
}

/**
 * Logistic regression by maximum likelihood: binary for two classes, multinomial (softmax) for
 * more. Labels are strings, numbers or booleans.
 *
 * Minimises Σ w_i·loss_i / Σ w_i + penalty / (C·Σ w_i), which is scikit-learn's objective, in
 * float64. ("The Elements of Statistical Learning", Hastie et al., §4.4)
 * @example
 * ```ts
 * import { LogisticRegression } from 'steepest';
 * const model = new LogisticRegression();
 * await model.fit([[1], [2], [8], [9]], ['small', 'small', 'large', 'large']);
 * console.log(await model.predict([[3], [7]])); // [ 'small', 'large' ]
 * console.log((await model.predictProba([[5]])).shape); // [ 1, 2 ]
 * ```
 */
export class LogisticRegression extends LogisticModel<LogisticRegressionParams, Fitted> {
  constructor(params: Partial<LogisticRegressionParams> = {}) {
    super('LogisticRegression', LOGISTIC_SPECS, params);
  }

  /** Iterations of the last fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones; or the name of their column in a
   *   table
   * @param options `sampleWeight`, `signal`, `callbacks`, kernels; `cluster` for rows that are
   *   spread over processes, whose classes are those of all ranks
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` for a single class,
   *   `ERR_ARGUMENT` for a solver that does not support the penalty; `ERR_ABORTED`; `ERR_CLUSTER`
   *   if ranks fit different models. After an error, what was learned before is unchanged.
   */
  async fit(
    x: FeatureInput,
    y: LabelInput | ColumnNames,
    options: DescentFitOptions & RowClusterOptions = {},
  ): Promise<this> {
    const { params } = this;
    const rows = await this.readRows(x, y, options);
    const { features, labels, columns, joint, sampleWeight } = rows;
    const { classes } = labels;
    checkClassCount('y', classes);
    const outputs = outputsOf(classes);
    const share = l1Share(params.penalty, params.l1Ratio);
    const size = { outputs, cols: columns.cols, hasL1: share > 0, penalty: `penalty '${params.penalty}'` };
    const { solver: wanted } = params;
    const solver = wanted === 'gd' || wanted === 'sgd' ? wanted : chooseSolver(wanted, size);
    const weights = await jointRowWeights(joint?.ranks, labels, params.classWeight, sampleWeight);
    const totalWeight = await this.totalWeight(features.rows, weights, joint);
    const coefficients = outputs * columns.cols;
    const request = {
      features,
      outputs,
      weights,
      start: this.start(columns, outputs, classes),
      tol: params.tol,
      maxIter: params.maxIter,
      fitIntercept: params.fitIntercept,
      workers: params.workers,
      kernels: rows.kernels,
      signal: options.signal,
      joint,
    };
    const C = params.penalty === 'none' ? Number.POSITIVE_INFINITY : params.C;
    const penalty = penaltyOf(C, share, totalWeight);
    const { result, likelihood } =
      solver === 'gd' || solver === 'sgd'
        ? await this.descend(solver, {
            ...request,
            ...penalty,
            labels: labels.codes,
            callbacks: options.callbacks,
          })
        : await this.minimise(
            { ...request, family: 'logistic', y: labels.codes, solver, path: [penalty] },
            classes.length,
          );
    this.fitted = {
      classes,
      columns,
      coef: result.point.slice(0, coefficients),
      intercept: result.point.slice(coefficients),
      nIter: result.iterations,
      likelihood,
    };
    if (!result.converged && (joint?.ranks.rank ?? 0) === 0) {
      warnNotConverged('LogisticRegression', params.tol, result);
    }
    return this;
  }

  private readRows(
    x: FeatureInput,
    y: LabelInput | ColumnNames,
    options: DescentFitOptions & RowClusterOptions,
  ): Promise<LogisticRows> {
    const { params } = this;
    const begin = (): KernelRequest => {
      checkOptions('LogisticRegression.fit', options, [...DESCENT_FIT_KEYS, ...CLUSTER_KEYS]);
      checkDescentOptions(options, params.solver);
      checkClusterSolver(options, params.solver, 'Leave solver out.');
      return chooseKernels(options);
    };
    const others = startOf(params.warmStart, this.fitted);
    return readLogisticRows({ type: 'LogisticRegression', params, begin, others }, x, y, options);
  }

  /** Of the rows of all ranks. */
  private async totalWeight(
    rows: number,
    weights: Float64Array | undefined,
    joint: GlmRequest['joint'],
  ): Promise<number> {
    const [total] = await (joint?.ranks ?? ALONE).inTurn([0], (state) => {
      state[0] = weights?.reduce((sum, weight) => sum + weight, state[0]!) ?? state[0]! + rows;
    });
    return total!;
  }

  private async minimise(request: GlmRequest, classes: number): Promise<Outcome> {
    const isFree = this.params.penalty === 'none';
    const isSmall = request.outputs * (request.features.cols + 1) <= MOST_INFERRED;
    const found = await fitGlm({ ...request, wantsCurvature: isFree && isSmall });
    const together = request.joint?.ranks ?? ALONE;
    const codes = request.y as Int32Array;
    const likelihood = await likelihoodOf(found, codes, classes, request.weights, together);
    return { result: found.results[0]!, likelihood: likelihood ?? (isFree ? 'size' : 'penalty') };
  }

  private async descend(solver: 'gd' | 'sgd', request: DescentRequest): Promise<Outcome> {
    const { learningRate, seed } = this.params;
    const batchSize = solver === 'gd' ? request.features.rows : this.params.batchSize;
    return { result: await descend(request, { learningRate, batchSize, seed }), likelihood: 'solver' };
  }

  /**
   * Standard errors, z-values, two-sided p-values, confidence intervals and odds ratios (Wald), of
   * a fit with penalty `'none'`. With more than two classes they are of differences to the first
   * one.
   * @param options `level`: the probability of the confidence intervals, default 0.95
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` after a fit with a penalty or by
   *   descent, and if coefficients are not determined
   */
  inference(options: InferenceOptions = {}): LogisticInference {
    const level = readLevel('LogisticRegression.inference', options);
    const fitted = this.learned('inference');
    const { likelihood } = fitted;
    if (typeof likelihood === 'string') throw noInference(likelihood, 'inference', "penalty: 'none'");
    return logisticInference(fitted, likelihood, level);
  }

  /** The result of {@link inference} as a printed table, one for each class but the first. */
  summary(options: InferenceOptions = {}): string {
    const { classes, columns } = this.learned('summary');
    return logisticSummary(this.inference(options), classes, columns.names);
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedLogistic(this.fitted);
    const { likelihood, nIter } = this.fitted;
    const kept = savedLikelihood(likelihood);
    return {
      tensors: { ...tensors, ...kept.tensors },
      attributes: { ...attributes, nIter, ...kept.attributes },
    };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', (v): v is number => Number.isSafeInteger(v));
    const fit = restoredLogistic(state);
    const sizes = fit.intercept.length * fit.columns.cols;
    const likelihood = restoredLikelihood(state, [sizes, sizes + fit.intercept.length]);
    this.fitted = { ...fit, nIter, likelihood };
  }

  /** Zeros, or with `warmStart` the last coefficients if their shape matches. */
  private start(columns: FittedColumns, outputs: number, classes: readonly Label[]): Float64Array {
    const size = outputs * columns.cols;
    const start = new Float64Array(size + outputs);
    const { fitted, params } = this;
    const fits =
      fitted?.coef.length === size &&
      areAlike(fitted.columns, columns) &&
      JSON.stringify(fitted.classes) === JSON.stringify(classes);
    if (params.warmStart && fits) {
      start.set(fitted.coef);
      if (params.fitIntercept) start.set(fitted.intercept, size);
    }
    return start;
  }
}
