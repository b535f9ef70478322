import { isCount } from '../../core/guards.js';
import { inSlices } from '../../core/inParts.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { areAlike } from '../../data/tables/match.js';
import { separateTarget } from '../../data/tables/target.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { LogLinkFamily } from '../../kernels/contract.js';
import { chooseKernels, type KernelOptions } from '../../kernels/kernelOptions.js';
import type { Workers } from '../../parallel/workers.js';
import type { EstimatorFitOptions, ScoreOptions } from '../base/estimator.js';
import type { FeatureInput, Features, FittedColumns } from '../base/features.js';
import { checkOptions, WEIGHTED_FIT_KEYS } from '../base/fitOptions.js';
import { linearScores } from '../base/linearScores.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import type { RowInput } from '../base/work.js';
import { workersParam } from '../base/workersParam.js';
import { checkResidualDf, type PerParameter } from '../leastSquares/inference.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from '../leastSquares/linearModel.js';
import { digits } from '../leastSquares/summaryText.js';
import type { Graph } from '../onnx/graph.js';
import { OnnxTable } from '../onnx/table.js';
import { startOf } from '../sharded/agree.js';
import { CLUSTER_KEYS, type RowClusterOptions } from '../sharded/ownRows.js';
import { ALONE, type Together } from '../sharded/ranks.js';
import { chooseSmoothSolver, MOST_INFERRED, noInference, warnNotConverged } from './choices.js';
import { coefficientTable } from './coefficientTable.js';
import { deviancesOf, nullMean, type WeighedRows } from './deviance.js';
import { fitGlm } from './fit.js';
import {
  exponentials,
  type GlmInference,
  glmInference,
  type InferenceOptions,
  readLevel,
  standardErrorsOf,
} from './inference.js';
import { readLogLinkRows, readWeighedRows } from './joinRows.js';
import { type DevianceFit, type NoDevianceFit, restoredDeviance, savedDeviance } from './likelihood.js';
import { OFFSET_KEYS, type OffsetOptions, readOffset } from './offset.js';

const SOLVERS = ['auto', 'lbfgs', 'newton', 'newtonCg'] as const;

/**
 * Hyperparameters, with scikit-learn's meanings.
 * @example
 * ```ts
 * import { GammaRegressor, type LogLinkParams, PoissonRegressor } from 'steepest';
 * const params: Partial<LogLinkParams> = { alpha: 0.1, maxIter: 50 };
 * console.log(String(new PoissonRegressor(params)));
 * // PoissonRegressor({ alpha: 0.1, maxIter: 50 })
 * console.log(new GammaRegressor(params).getParams().alpha); // 0.1
 * ```
 */
export interface LogLinkParams {
  /**
   * Strength of the L2 penalty ½·alpha·‖w‖² beside half the mean deviance, at least 0. Default 1.
   */
  alpha: number;
  /** Default true. The intercept is not penalised. */
  fitIntercept: boolean;
  /**
   * - `'newton'`: second derivatives and their Cholesky factor; for few columns.
   * - `'newtonCg'`: Newton steps by preconditioned conjugate gradients in a trust region.
   * - `'lbfgs'`: quasi-Newton.
   * - `'auto'` (default): `'newton'` for at most 500 columns, else `'newtonCg'`.
   */
  solver: (typeof SOLVERS)[number];
  /**
   * Converged when no element of the gradient of the objective is larger. Default 1e-4.
   */
  tol: number;
  /** Default 100. */
  maxIter: number;
  /** Starts the next fit from the coefficients of the last. Default false. */
  warmStart: boolean;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

export const LOG_LINK_SPECS: ParamSpecs<LogLinkParams> = {
  alpha: param.nonNegative(1),
  fitIntercept: param.boolean(true),
  solver: param.oneOf('auto', SOLVERS),
  tol: param.positive(1e-4),
  maxIter: param.integer(100),
  warmStart: param.boolean(false),
  workers: workersParam,
};

/**
 * Options of `fit` for regressions with a logarithmic link.
 * @example
 * ```ts
 * import { type LogLinkFitOptions, PoissonRegressor } from 'steepest';
 * // Twice the claims in twice the years: the rate is the same.
 * const options: LogLinkFitOptions = { exposure: [1, 2, 1, 2] };
 * const [x, y] = [[[0], [0], [1], [1]], [1, 2, 3, 6]];
 * const model = await new PoissonRegressor({ alpha: 0 }).fit(x, y, options);
 * console.log(model.predictSync([[1]])[0]!.toFixed(2)); // 3.00
 * ```
 */
export interface LogLinkFitOptions extends EstimatorFitOptions, KernelOptions, OffsetOptions {}
/**
 * Options of `score` for regressions with a logarithmic link.
 * @example
 * ```ts
 * import { type LogLinkScoreOptions, PoissonRegressor } from 'steepest';
 * const [x, y] = [[[0], [0], [1], [1]], [1, 2, 3, 6]];
 * const options: LogLinkScoreOptions = { exposure: [1, 2, 1, 2] };
 * const model = await new PoissonRegressor({ alpha: 0 }).fit(x, y, options);
 * console.log((await model.score(x, y, options)).toFixed(2)); // 1.00
 * ```
 */
export interface LogLinkScoreOptions extends ScoreOptions, OffsetOptions {}

/**
 * The statistical inference of a regression with a logarithmic link.
 * @example
 * ```ts
 * import { type LogLinkInference, PoissonRegressor } from 'steepest';
 * const model = await new PoissonRegressor({ alpha: 0 }).fit([[0], [1], [2], [3]], [1, 2, 4, 8]);
 * const { meanRatios }: LogLinkInference = model.inference();
 * console.log(meanRatios.coef.data[0]!.toFixed(3)); // 2.000
 * ```
 */
export interface LogLinkInference extends GlmInference {
  /** e to the power of the estimates: the factor on the mean for one unit more. */
  meanRatios: PerParameter;
  /**
   * 1 for counts; for amounts Pearson's Σ w·(y − μ)²/μ² / residualDf, by which errors are scaled.
   */
  dispersion: number;
  deviance: number;
  /** That of the best model of an intercept alone. */
  nullDeviance: number;
}

interface Fitted extends LinearFit {
  nIter: number;
  likelihood: DevianceFit | NoDevianceFit;
}

/** A regression whose mean is e^(intercept + coef·x + offset). */
export abstract class LogLinkRegressor extends LinearModel<LogLinkParams, Fitted, Float64Array> {
  protected constructor(
    type: string,
    private readonly family: LogLinkFamily,
    params: Partial<LogLinkParams>,
  ) {
    super(type, LOG_LINK_SPECS, params);
  }

  /** Iterations of the last fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x rows × columns, finite
   * @param y one number per row, or the name of their column in a table
   * @param options `offset` or `exposure`, `sampleWeight`, `signal`, kernels; `cluster` for rows
   *   that are spread over processes
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ABORTED`;
   *   `ERR_ARGUMENT`, also for targets that the distribution cannot have; `ERR_CLUSTER` if ranks fit
   *   different models. After an error, what was learned before is unchanged.
   */
  async fit(
    x: FeatureInput,
    y: TargetInput | ColumnNames,
    options: LogLinkFitOptions & RowClusterOptions = {},
  ): Promise<this> {
    const { alpha, solver, tol, maxIter, fitIntercept, workers, warmStart } = this.params;
    const begin = (): KernelRequest => {
      checkOptions(`${this.type}.fit`, options, [...WEIGHTED_FIT_KEYS, ...OFFSET_KEYS, ...CLUSTER_KEYS]);
      return chooseKernels(options);
    };
    const { type, family, params } = this;
    const request = { type, family, params, begin, others: startOf(warmStart, this.fitted) };
    const { features, rows, columns, kernels, joint } = await readLogLinkRows(request, x, y, options);
    const together = joint?.ranks ?? ALONE;
    const { cols } = columns;
    const isSmall = cols + 1 <= MOST_INFERRED;
    const { results, curvature } = await fitGlm({
      ...rows,
      features,
      family: this.family,
      outputs: 1,
      start: await this.start(columns, rows, together),
      solver: chooseSmoothSolver(solver, 1, cols),
      tol,
      maxIter,
      path: [{ l1: 0, l2: alpha }],
      fitIntercept,
      wantsCurvature: alpha === 0 && isSmall,
      workers,
      kernels,
      signal: options.signal,
      joint,
    });
    const result = results[0]!;
    const fit = {
      columns,
      isVector: true,
      coef: result.point.slice(0, cols),
      intercept: result.point.slice(cols),
      nIter: result.iterations,
    };
    const noCurvature = alpha === 0 ? 'size' : 'penalty';
    const likelihood =
      curvature === undefined
        ? noCurvature
        : await this.devianceFit(features, fit, rows, curvature, together);
    this.fitted = { ...fit, likelihood };
    if (!result.converged && (joint?.ranks.rank ?? 0) === 0) warnNotConverged(this.type, tol, result);
    return this;
  }

  /** The best intercept alone, or with `warmStart` the last fit if its shape matches. */
  private async start(columns: FittedColumns, rows: WeighedRows, together: Together): Promise<Float64Array> {
    const { cols } = columns;
    const start = new Float64Array(cols + 1);
    const { fitIntercept, warmStart } = this.params;
    const { fitted } = this;
    if (warmStart && fitted?.coef.length === cols && areAlike(fitted.columns, columns)) {
      start.set(fitted.coef);
      if (fitIntercept) start.set(fitted.intercept, cols);
      return start;
    }
    const mean = await nullMean(this.family, rows, together);
    if (fitIntercept && mean > 0) start[cols] = Math.log(mean);
    return start;
  }

  /** Deviance and dispersion of a fit, on the rows that it was fitted to. */
  private async devianceFit(
    features: Features,
    { coef, intercept }: LinearFit,
    rows: WeighedRows,
    information: Float64Array,
    together: Together,
  ): Promise<DevianceFit> {
    const { family } = this;
    // A rank of a cluster may have no rows.
    const hasRows = features.rows > 0;
    const scores = hasRows ? (await inSlices(linearScores(features, coef, intercept))).data : rows.y.slice();
    const means = meansOf(scores, rows.offset);
    const sums = await deviancesOf(family, rows, means, together);
    const { deviance, nullDeviance, pearson, weightedRows } = sums;
    const residualDf = weightedRows - Math.sqrt(information.length);
    const dispersion = this.family === 'poisson' ? 1 : residualDf > 0 ? pearson / residualDf : 0;
    return { information, dispersion, deviance, nullDeviance, weightedRows };
  }

  /**
   * e^(intercept + coef·x + offset), in float64: the mean of each row.
   * @param options the rows' `offset` or `exposure`; without them 0
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`
   */
  override async predict(x: FeatureInput, options: OffsetOptions = {}): Promise<Float64Array> {
    checkOptions(`${this.type}.predict`, options, OFFSET_KEYS);
    const scores = await super.predict(x);
    return meansOf(scores, readOffset(options, scores.length));
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  override predictSync(x: FeatureInput | RowInput, options: OffsetOptions = {}): Float64Array {
    checkOptions(`${this.type}.predictSync`, options, OFFSET_KEYS);
    const scores = super.predictSync(x);
    return meansOf(scores, readOffset(options, scores.length));
  }

  /** The mean of each row without an offset. */
  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const scores = super.writeOnnx(graph, table).numbers(graph);
    return OnnxTable.ofNumbers(graph.op('Exp', [scores], 'means'), 1);
  }

  /**
   * D²: the fraction of the deviance that the prediction explains; 1 is perfect, 0 is no better
   * than the mean.
   * @param options `sampleWeight`, and the rows' `offset` or `exposure`
   */
  override async score(
    x: FeatureInput,
    y: TargetInput | ColumnNames,
    options: LogLinkScoreOptions = {},
  ): Promise<number> {
    checkOptions('score', options, ['sampleWeight', ...OFFSET_KEYS]);
    const { sampleWeight: _, ...offsets } = options;
    const given = separateTarget('X', x, y);
    const means = await this.predict(given.x, offsets);
    const rows = readWeighedRows(this.family, given.y, means.length, options);
    const { deviance, nullDeviance } = await deviancesOf(this.family, rows, means);
    return 1 - deviance / nullDeviance;
  }

  /**
   * Standard errors, z-values, two-sided p-values and confidence intervals (Wald), of a fit with
   * `alpha: 0`.
   * @param options `level`: the probability of the confidence intervals, default 0.95
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` after a fit with a penalty, and if
   *   columns are linearly dependent or no residual degree of freedom is left
   */
  inference(options: InferenceOptions = {}): LogLinkInference {
    const level = readLevel(`${this.type}.inference`, options);
    const { likelihood, coef, intercept, columns } = this.learned('inference');
    if (typeof likelihood === 'string') throw noInference(likelihood, 'inference', 'alpha: 0');
    const { information, dispersion, deviance, nullDeviance, weightedRows } = likelihood;
    const parameters = Math.sqrt(information.length);
    checkResidualDf(weightedRows, parameters);
    const errors = standardErrorsOf(information, parameters).map((e) => e * Math.sqrt(dispersion));
    const fitIntercept = parameters > columns.cols;
    const inference = glmInference(
      { outputs: 1, cols: columns.cols, coef, intercept, fitIntercept, errors, weightedRows },
      level,
    );
    const meanRatios = exponentials(inference.estimates);
    return { ...inference, meanRatios, dispersion, deviance, nullDeviance };
  }

  /** The result of {@link inference} as a printed table. */
  summary(options: InferenceOptions = {}): string {
    const inference = this.inference(options);
    const { deviance, nullDeviance, residualDf, dispersion, meanRatios } = inference;
    const { columns } = this.learned('summary');
    return [
      coefficientTable(inference, 0, columns.names, ['mean ratio', meanRatios]),
      `deviance ${digits(deviance)} on ${residualDf} degrees of freedom, D² ${digits(1 - deviance / nullDeviance)}, dispersion ${digits(dispersion)}`,
    ].join('\n');
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedFit(this.fitted);
    const kept = savedDeviance(this.fitted.likelihood);
    return {
      tensors: { ...tensors, ...kept.tensors },
      attributes: { ...attributes, ...kept.attributes, nIter: this.fitted.nIter },
    };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', isCount);
    const fit = restoredFit(state, 1);
    this.fitted = { ...fit, isVector: true, nIter, likelihood: restoredDeviance(state, fit.columns.cols) };
  }
}

/** Means of scores in place. */
function meansOf(scores: Float64Array, offset: Float64Array | undefined): Float64Array {
  for (let r = 0; r < scores.length; r++) scores[r] = Math.exp(scores[r]! + (offset?.[r] ?? 0));
  return scores;
}
