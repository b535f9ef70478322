import { MOST_FLOAT32 } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { checkColumnCount } from '../../data/tables/match.js';
import { chooseKernels } from '../../kernels/kernelOptions.js';
import { layers } from '../../networks/layers/index.js';
import { type Sequential, sequential } from '../../networks/models/sequential.js';
import type { Optimizer } from '../../networks/optimizers/index.js';
import { BaseEstimator } from '../base/estimator.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type Features,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import type { EncodedLabels } from '../base/labels.js';
import { OneAtATime } from '../base/oneAtATime.js';
import type { SavedState } from '../base/saved.js';
import { type RowInput, rowsOf } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { writeNetwork } from '../onnx/network.js';
import type { OnnxTable } from '../onnx/table.js';
import { takeRows } from '../selection/rows.js';
import { checkLbfgs } from './checkLbfgs.js';
import { type FittedNetwork, type Head, networkState, restoredNetwork, type Shape } from './fittedNetwork.js';
import { BestEpoch, holdOut } from './heldOut.js';
import { inFloat64 } from './inFloat64.js';
import { trainByLbfgs } from './lbfgsFit.js';
import { batchRows, type MlpParams } from './mlpParams.js';
import { networkTable } from './networkTable.js';
import { writtenNetwork } from './networkTask.js';
import { Stopping } from './stopping.js';
import {
  checkDescentOptions,
  type DescentFitOptions,
  type NetworkResult,
  trainNetwork,
} from './trainNetwork.js';

/** scikit-learn's names of activations, mapped to layers. */
const LAYER_ACTIVATION = { relu: 'relu', tanh: 'tanh', logistic: 'sigmoid', identity: 'linear' } as const;

/** As in scikit-learn. */
const ADAM_EPSILON = 1e-8;

/**
 * Factor from the network's loss to scikit-learn's, which sums ½(y − t)² over the targets of a row,
 * whereas ours is the mean of (y − t)². Penalty, learning rate and epsilon are scaled inversely,
 * which gives the same steps.
 */
const lossScale = ({ loss, units }: Head): number => (loss === 'meanSquaredError' ? units / 2 : 1);

/** What a training leaves. */
interface Training {
  fitted: FittedNetwork;
  result: NetworkResult;
}

/** Rows to learn from, with checked input. */
export interface Lesson {
  features: Features;
  /** Class numbers, or rows × targets. */
  y: Int32Array | NdArray<Float64Array>;
  head: Head;
  /** For a classifier: the classes, by which rows are held out. */
  labels: EncodedLabels | undefined;
  sampleWeight: Float64Array | undefined;
  /** Training weights of some rows, or of all. */
  weigh: (rows: Uint32Array | undefined) => Float64Array | undefined;
  /** The score of the network's outputs for some rows. */
  score: (outputs: NdArray<Float32Array>, rows: Uint32Array) => number;
}

/** Multi-layer perceptrons on `sequential`: the common part of classifier and regressor. */
export abstract class Mlp<P extends MlpParams> extends BaseEstimator<P> {
  protected network: FittedNetwork | undefined;
  private readonly trainings = new OneAtATime();

  /** A pipeline passes `callbacks` on. @internal */
  override get takesCallbacks(): boolean {
    return true;
  }

  /** Mean loss of each epoch of the last fit, or iteration of `'lbfgs'`, penalty included. */
  get lossCurve(): number[] {
    return [...this.trained('lossCurve').lossCurve];
  }

  /**
   * The lowest loss of the last fit; undefined with `earlyStopping`, which uses scores, and if the
   * initial weights were a minimum already.
   */
  get bestLoss(): number | undefined {
    const { lossCurve, validationScores } = this.trained('bestLoss');
    if (validationScores !== undefined || lossCurve.length === 0) return undefined;
    return lossCurve.reduce((least, loss) => Math.min(least, loss));
  }

  /**
   * With `earlyStopping`: accuracy (R² for a regressor) on the held-out rows after each epoch of
   * the last fit.
   */
  get validationScores(): number[] | undefined {
    const { validationScores } = this.trained('validationScores');
    return validationScores && [...validationScores];
  }

  /**
   * With `earlyStopping`: the best of {@link validationScores}; the weights belong to that epoch.
   */
  get bestValidationScore(): number | undefined {
    const { validationScores } = this.trained('bestValidationScore');
    return validationScores && Math.max(...validationScores);
  }

  /** Epochs of the last fit; iterations of `'lbfgs'`. */
  get nIter(): number {
    return this.trained('nIter').lossCurve.length;
  }

  /** Weights and biases in layer order: kernel [inputs, units], bias [units], … */
  get weights(): Matrix<Float32Array>[] {
    return this.trained('weights').model.getWeights();
  }

  protected override fittedColumns(what: string): FittedColumns {
    return this.trained(what).columns;
  }

  /** Samples to train on: if training goes on, with the columns of the last fit. */
  protected samples(x: FeatureInput, goesOn: boolean): Features {
    return readFeatures('X', x, goesOn ? this.network?.columns : undefined);
  }

  protected trained(what: string): FittedNetwork {
    if (this.network === undefined) throw this.notFitted(what);
    return this.network;
  }

  /**
   * Trains for up to `epochs` passes. `goesOn` continues from the last learned state, including the
   * optimizer's arrays and counters; that state itself is not modified.
   */
  protected async train(
    lesson: Lesson,
    options: DescentFitOptions,
    how: { epochs: number; goesOn: boolean },
  ): Promise<Training> {
    return this.trainings.run(() => this.trainAlone(lesson, options, how));
  }

  private async trainAlone(
    lesson: Lesson,
    options: DescentFitOptions,
    { epochs, goesOn }: { epochs: number; goesOn: boolean },
  ): Promise<Training> {
    const { params } = this;
    const { features, head } = lesson;
    checkFiniteFeatures('X', features, MOST_FLOAT32);
    const last = goesOn ? this.network : undefined;
    if (last !== undefined) this.checkContinuation(features, head, last);
    if (params.solver === 'lbfgs') return this.trainOnAll(lesson, options, last);
    const { shuffle, tol, workers } = params;
    const split = this.heldOut(lesson);
    const kernels = chooseKernels(options);
    const all = { data: features.data, shape: [features.rows, features.cols] };
    const x = split === undefined ? all : takeRows(all, split.train);
    const rows = x.shape[0]!;
    const batchSize = batchRows(params.batchSize, rows);
    const model = this.networkFor(features.cols, head, batchSize, last);
    // As in scikit-learn, training ends after one more epoch without improvement than this.
    const patience = params.nIterNoChange + 1;
    const score = split && ((outputs: NdArray<Float32Array>) => lesson.score(outputs, split.test));
    const test = split && takeRows(all, split.test);
    const best = score && test && new BestEpoch(model, { tol, patience, x: test, score, workers, kernels });
    const byLoss = new Stopping('min', tol, patience);
    const y = split === undefined ? lesson.y : takeRows(lesson.y, split.train);
    const samples = { data: x.data as Features['data'], rows, cols: features.cols };
    const result = await trainNetwork(model, samples, y, {
      epochs,
      batchSize,
      shuffle,
      goesOn: (loss) => best?.goesOn() ?? byLoss.next(loss).goesOn,
      lossScale: lossScale(head),
      sampleWeight: lesson.weigh(split?.train),
      workers,
      kernels,
      signal: options.signal,
      callbacks: options.callbacks,
    });
    best?.restore();
    return this.learned(lesson, last, model, result, best?.scores);
  }

  /** Without mini-batches, by L-BFGS. */
  private async trainOnAll(
    lesson: Lesson,
    options: DescentFitOptions,
    last: FittedNetwork | undefined,
  ): Promise<Training> {
    const { features, head, y } = lesson;
    const { alpha, tol, maxIter, maxFun, workers } = this.params;
    const model = this.networkFor(features.cols, head, 1, last);
    const result = await trainByLbfgs(model, features, y, {
      lossScale: lossScale(head),
      alpha,
      tol,
      maxIter,
      maxFun,
      sampleWeight: lesson.weigh(undefined),
      workers,
      kernels: chooseKernels(options),
      signal: options.signal,
    });
    return this.learned(lesson, last, model, result);
  }

  private learned(
    { features, head }: Lesson,
    last: FittedNetwork | undefined,
    model: Sequential,
    result: NetworkResult,
    validationScores?: readonly number[],
  ): Training {
    const { hiddenLayerSizes, activation, solver } = this.params;
    const columns = { cols: features.cols, names: last?.columns.names ?? features.names };
    const shape = { hiddenLayerSizes, activation, solver };
    const { lossCurve } = result;
    return { fitted: { model, columns, head, shape, lossCurve, validationScores }, result };
  }

  /** The rows to train on and, for early stopping, to score on. */
  private heldOut({ features, labels, sampleWeight }: Lesson): ReturnType<typeof holdOut> | undefined {
    const { earlyStopping, validationFraction, seed } = this.params;
    return earlyStopping ? holdOut(features.rows, validationFraction, seed, labels, sampleWeight) : undefined;
  }

  /** Outputs of the network, rows × units, in float64. */
  protected async outputs(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { model, columns } = this.trained('predict()');
    return inFloat64(await model.predict(networkTable(x, columns), { workers: this.params.workers }));
  }

  /** The same at once, for one row or a few. */
  protected outputsSync(x: FeatureInput | RowInput): Matrix<Float64Array> {
    const { model, columns } = this.trained('predictSync()');
    return inFloat64(model.predictSync(networkTable(rowsOf(x) as FeatureInput, columns)));
  }

  /** Outputs of the network in a graph: [N, units]. */
  protected writeOutputs(graph: Graph, table: OnnxTable): string {
    const { model } = this.trained('toOnnx()');
    return writeNetwork(graph, table.numbers(graph), writtenNetwork(model));
  }

  protected networkState(): SavedState | undefined {
    return this.network && networkState(this.network);
  }

  protected restoreNetwork(state: SavedState, head: Head): void {
    this.network = restoredNetwork(state, head, (cols, fullHead, shape) =>
      this.build(cols, fullHead, 1, shape),
    );
  }

  protected warnNotConverged({ converged, lossCurve }: NetworkResult): void {
    if (converged) return;
    const { earlyStopping, solver } = this.params;
    const what = earlyStopping ? 'score still rose' : 'loss still fell';
    const [unit, raise] = solver === 'lbfgs' ? ['iteration', 'maxFun'] : ['epoch', 'learningRateInit'];
    const time = lossCurve.length === 1 ? `1 ${unit}` : `${lossCurve.length} ${unit}s`;
    process.emitWarning(
      `${this.type} stopped after ${time} while its ${what}. ` +
        `Raise maxIter, or ${raise}; scale the columns with StandardScaler.`,
      { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
    );
  }

  /** Checks options against the solver. @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
  protected checkFit(options: DescentFitOptions): void {
    checkDescentOptions(options);
    checkLbfgs(this.params, options);
  }

  /**
   * `partialFit` cannot hold out rows, and makes steps on mini-batches.
   * @throws SteepestError `ERR_ARGUMENT`
   */
  protected checkPartialFit(): void {
    const { earlyStopping, solver } = this.params;
    if (earlyStopping) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'partialFit without earlyStopping',
        given: 'earlyStopping: true',
        hint: 'Use fit, or set earlyStopping to false.',
      });
    }
    if (solver === 'lbfgs') {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: "partialFit with solver 'adam' or 'sgd'",
        given: "solver 'lbfgs', which needs all rows at once",
        hint: 'Use fit, or choose another solver.',
      });
    }
  }

  /**
   * @throws SteepestError `ERR_SHAPE` or `ERR_ARGUMENT` unless training can continue from the
   *   learned state
   */
  private checkContinuation(features: Features, head: Head, last: FittedNetwork): void {
    checkColumnCount('X', features.cols, last.columns);
    if (head.units !== last.head.units) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `y with ${last.head.units} columns, as in the last fit`,
        given: `${head.units}`,
        hint: 'Pass the same targets, or train a clone from the start.',
      });
    }
    const [before, now] = [last.shape.hiddenLayerSizes, this.params.hiddenLayerSizes];
    if (before.join() === now.join()) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `hiddenLayerSizes ${show(before)}, as in the last fit, which training goes on from`,
      given: show(now),
      hint: 'Set it back, or train a clone from the start.',
    });
  }

  /**
   * A network to train: a new one, or one with the last state, with the current hyperparameters.
   */
  private networkFor(
    cols: number,
    head: Head,
    batchSize: number,
    last: FittedNetwork | undefined,
  ): Sequential {
    const model = this.build(cols, head, batchSize);
    if (last === undefined) return model;
    const state = last.model.trainingState();
    // The arrays of one optimizer are meaningless to another.
    const isSame = last.shape.solver === this.params.solver;
    model.resume(isSame ? state : { ...state, slots: new Map(), step: 0 });
    return model;
  }

  private build(cols: number, head: Head, batchSize: number, shape: Shape = this.params): Sequential {
    const { alpha, seed } = this.params;
    const { hiddenLayerSizes, activation } = shape;
    // L-BFGS adds the penalty itself, in float64.
    const l2 = shape.solver === 'lbfgs' ? 0 : alpha / 2 / batchSize / lossScale(head);
    const sizes = [...hiddenLayerSizes, head.units];
    const model = sequential({
      seed,
      layers: sizes.map((units, i) =>
        layers.dense({
          units,
          activation: i === sizes.length - 1 ? head.activation : LAYER_ACTIVATION[activation],
          kernelRegularizer: { l2 },
          ...(i === 0 ? { inputShape: [cols] } : {}),
        }),
      ),
    });
    return model.compile({ optimizer: this.optimizer(shape.solver, lossScale(head)), loss: head.loss });
  }

  private optimizer(solver: MlpParams['solver'], scale: number): Optimizer {
    const { learningRateInit, momentum, nesterovsMomentum } = this.params;
    // A network has an optimizer to be compiled with; L-BFGS makes no steps of it.
    if (solver === 'lbfgs') return { name: 'sgd', learningRate: learningRateInit };
    if (solver === 'adam') {
      return { name: 'adam', learningRate: learningRateInit, epsilon: ADAM_EPSILON / scale };
    }
    const nesterov = nesterovsMomentum && momentum > 0;
    return { name: 'sgd', learningRate: learningRateInit * scale, momentum, nesterov };
  }
}
