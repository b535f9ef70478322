import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import { areAlike } from '../data/tables/match.js';
import { separateTarget } from '../data/tables/target.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import { checkFiniteFeatures, type FeatureInput, type FittedColumns, readFeatures } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import { OneAtATime } from './base/oneAtATime.js';
import { type ParamSpecs, param } from './base/params.js';
import { checkBesideStream, isRowStream, type RowStream } from './base/rowStream.js';
import type { SavedState } from './base/saved.js';
import { readSingleTarget } from './base/targets.js';
import { readSampleWeight } from './base/weights.js';
import { type LinearFit, LinearModel, restoredFit, savedFit } from './leastSquares/linearModel.js';
import { noEarlyStopping, readBatch } from './sgd/batches.js';
import { scoreOfNumbers } from './sgd/heldOutScores.js';
import { fresh, restoredLearned, type SgdLearned, savedLearned, weightsOf } from './sgd/learned.js';
import { REGRESSION_LOSSES, type RegressionLoss } from './sgd/losses.js';
import { checkSgd, SGD_SPECS, type SgdParams } from './sgd/params.js';
import { type SgdEnd, type SgdTask, trainOnStream, trainOnTable, warnNotConverged } from './sgd/train.js';

const LOSSES = Object.keys(REGRESSION_LOSSES) as RegressionLoss[];

/** Hyperparameters. */
export interface SGDRegressorParams extends SgdParams {
  /**
   * - `'squaredError'` (default): least squares;
   * - `'huber'`: linear beyond `epsilon`;
   * - `'epsilonInsensitive'`, `'squaredEpsilonInsensitive'`: 0 up to `epsilon`, as in support
   *   vector regression.
   */
  loss: RegressionLoss;
  /** The width of the band of the last three losses, at least 0. Default 0.1. */
  epsilon: number;
}

const SPECS: ParamSpecs<SGDRegressorParams> = {
  loss: param.oneOf('squaredError', LOSSES),
  ...SGD_SPECS,
  learningRate: { ...SGD_SPECS.learningRate, default: 'invscaling' },
  powerT: param.nonNegative(0.25),
  epsilon: param.nonNegative(0.1),
};

interface Fitted extends LinearFit {
  learned: SgdLearned;
}

const FIT_KEYS = ['sampleWeight', 'signal'];

/**
 * Linear regression by stochastic gradient descent, in float64: row after row, as scikit-learn's,
 * for more rows than memory holds or rows that come one batch at a time. Scale the columns first.
 * (Bottou 2012, "Stochastic gradient descent tricks")
 * @example
 * ```ts
 * import { data, pipeline, SGDRegressor, StandardScaler } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
 * const model = pipeline(new StandardScaler(), new SGDRegressor({ seed: 1 }));
 * await model.fit(x, y);
 * console.log((await model.score(x, y)) > 0.9); // true
 * ```
 */
export class SGDRegressor extends LinearModel<SGDRegressorParams, Fitted, Float64Array> {
  private readonly trainings = new OneAtATime();

  constructor(params: Partial<SGDRegressorParams> = {}) {
    super('SGDRegressor', SPECS, params);
  }

  /** Passes of the last fit. */
  get nIter(): number {
    return this.learned('nIter').learned.nIter;
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is
   *   read once for each of up to `maxIter` passes
   * @param y one number per row, or the name of their column in a table; omit it with a stream
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_DIVERGED`, `ERR_BUSY`, `ERR_ABORTED`. After an error, what was learned before is
   *   unchanged.
   */
  async fit(
    x: FeatureInput | RowStream,
    y?: TargetInput | ColumnNames,
    options: EstimatorFitOptions = {},
  ): Promise<this> {
    checkOptions('SGDRegressor.fit', options, FIT_KEYS);
    checkSgd(this.params);
    return this.trainings.run(() =>
      isRowStream(x) ? this.fitStream(x, y, options) : this.fitTable(x, y, options, false),
    );
  }

  /**
   * One pass over these rows, from where the last call or fit ended.
   * @throws SteepestError as {@link fit}; `ERR_SHAPE` also if columns differ from those before
   */
  async partialFit(
    x: FeatureInput,
    y: TargetInput | ColumnNames,
    options: EstimatorFitOptions = {},
  ): Promise<this> {
    checkOptions('SGDRegressor.partialFit', options, FIT_KEYS);
    checkSgd(this.params);
    if (this.params.earlyStopping) throw noEarlyStopping('partialFit');
    return this.trainings.run(() => this.fitTable(x, y, options, true));
  }

  private task({ signal }: EstimatorFitOptions): SgdTask {
    const { params } = this;
    const loss = REGRESSION_LOSSES[params.loss](params.epsilon);
    return { params, loss, classWeights: () => [1, 1], signal };
  }

  private async fitTable(
    x: FeatureInput,
    y: TargetInput | ColumnNames | undefined,
    options: EstimatorFitOptions,
    goesOn: boolean,
  ): Promise<this> {
    const given = separateTarget('X', x, y as TargetInput | ColumnNames);
    const before = goesOn ? this.fitted : undefined;
    const features = readFeatures('X', given.x, before?.columns);
    checkFiniteFeatures('X', features);
    const targets = readSingleTarget('y', given.y, features.rows);
    const weights = readSampleWeight(options.sampleWeight, features.rows);
    const table = { features, targets: () => targets, weights };
    const end = await trainOnTable(table, {
      ...this.task(options),
      isOnePass: goesOn,
      before,
      begin: (columns) => this.start(columns),
      score: scoreOfNumbers,
      labels: undefined,
    });
    return this.keep(end);
  }

  private async fitStream(stream: RowStream, y: unknown, options: EstimatorFitOptions): Promise<this> {
    checkBesideStream(y, options.sampleWeight);
    if (this.params.earlyStopping) throw noEarlyStopping('a stream');
    const end = await trainOnStream(stream, {
      ...this.task(options),
      read(batch, number, known) {
        const { features, y: given, weights } = readBatch(batch, number, known);
        const targets = readSingleTarget(`y of batch ${number}`, given as TargetInput, features.rows);
        return { features, targets: () => targets, weights };
      },
      begin: (columns) => this.start(columns),
    });
    return this.keep(end);
  }

  /** Zeros, or with `warmStart` the last coefficients if their shape matches. */
  private start(columns: FittedColumns): SgdLearned {
    const { fitted, params } = this;
    const isKnown = params.warmStart && fitted !== undefined && areAlike(fitted.columns, columns);
    return fresh(1, columns.cols, isKnown ? fitted : undefined);
  }

  private keep({ learned, columns, converged }: SgdEnd): this {
    this.fitted = { ...weightsOf(learned), columns, isVector: true, learned };
    if (!converged && this.params.tol !== null) warnNotConverged('SGDRegressor', learned.nIter);
    return this;
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const fit = savedFit(this.fitted);
    const learned = savedLearned(this.fitted.learned);
    return {
      tensors: { ...fit.tensors, ...learned.tensors },
      attributes: { ...fit.attributes, ...learned.attributes },
    };
  }

  protected override restoreState(state: SavedState): void {
    const fit = restoredFit(state, 1);
    this.fitted = { ...fit, isVector: true, learned: restoredLearned(state, fit) };
  }
}
