import { isFlag } from '../core/guards.js';
import type { Matrix } from '../core/matrix.js';
import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import { separateTarget } from '../data/tables/target.js';
import type { Sequential } from '../networks/models/sequential.js';
import type { Regressor, ScoreOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import type { FittedOn, TargetsFor } from './base/predictionForm.js';
import { attribute, type SavedState } from './base/saved.js';
import { regressionScore } from './base/score.js';
import { readTargets } from './base/targets.js';
import { readSampleWeight } from './base/weights.js';
import type { RowInput } from './base/work.js';
import { inFloat64 } from './network/inFloat64.js';
import { NetworkEstimator } from './network/networkEstimator.js';
import { NETWORK_SPECS, type NetworkParams, withNetwork } from './network/networkParams.js';
import { checkInputs, checkTargets, checkValueLoss, taskOf } from './network/networkTask.js';
import { checkNetworkOptions, NETWORK_FIT_KEYS, type NetworkFitOptions } from './network/trainNetwork.js';
import type { Graph } from './onnx/graph.js';
import { OnnxTable } from './onnx/table.js';

/** Hyperparameters. */
export type NetworkRegressorParams = NetworkParams;

/**
 * A compiled network as a regressor: for pipelines, searches and cross-validation. It has an output
 * per target. `fit` trains a copy, with the bits that the network's own `fit` would give.
 * @example
 * ```ts
 * import { layers, NetworkRegressor, sequential } from 'steepest';
 * const network = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
 * network.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
 * const model = new NetworkRegressor(network, { epochs: 3, batchSize: 2 });
 * await model.fit([[1], [2], [3], [4]], [2, 4, 6, 8]);
 * console.log(model.history.loss.length); // 3
 * ```
 */
export class NetworkRegressor extends NetworkEstimator<NetworkRegressorParams> implements Regressor {
  private isVector = true;

  /** @throws SteepestError `ERR_NOT_COMPILED`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
  constructor(network: Sequential, params?: Partial<Omit<NetworkRegressorParams, 'network'>>);
  constructor(params?: Partial<NetworkRegressorParams>);
  constructor(
    first: Sequential | Partial<NetworkRegressorParams> = {},
    params?: Partial<Omit<NetworkRegressorParams, 'network'>>,
  ) {
    super('NetworkRegressor', NETWORK_SPECS, withNetwork<NetworkRegressorParams>(first, params));
  }

  /**
   * Trains a copy of the network for `epochs` passes.
   * @param x samples × columns, as many as the network has inputs
   * @param y one number per sample, or samples × outputs; or the names of their columns in a table
   * @param options `sampleWeight` multiplies losses as in a network's `fit`; `resume` and
   *   `progress` are those of it
   * @throws SteepestError `ERR_ARGUMENT` for a loss of class numbers, `ERR_SHAPE`,
   *   `ERR_NOT_FINITE`, `ERR_DIVERGED`, `ERR_ABORTED`; `ERR_LABEL_RANGE` for targets outside the
   *   loss's range. After an error, what was learned before is unchanged.
   */
  async fit<const Y extends TargetsFor<this>>(
    x: FeatureInput,
    y: Y,
    options: NetworkFitOptions = {},
  ): Promise<FittedOn<this, Y>> {
    checkOptions('NetworkRegressor.fit', options, NETWORK_FIT_KEYS);
    checkNetworkOptions(options);
    const network = this.untrained();
    const task = taskOf(network);
    checkValueLoss(task);
    const given = separateTarget('X', x, y);
    const features = this.samples(given.x, task);
    const targets = readTargets('y', given.y, features.rows);
    checkInputs(task, features);
    checkTargets(task, targets);
    const weights = readSampleWeight(options.sampleWeight, features.rows);
    const values = { data: targets.data, shape: [targets.rows, targets.cols] };
    this.learned = await this.train(network, { task, features }, values, weights, options);
    this.isVector = targets.isVector;
    return this as FittedOn<this, Y>;
  }

  /** One number per row, or rows × targets if y had columns. */
  async predict(x: FeatureInput): Promise<Float64Array | Matrix<Float64Array>> {
    // Before the wait: another fit may end meanwhile.
    const { isVector } = this;
    return formOf(await this.outputs(x), isVector);
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Float64Array | Matrix<Float64Array> {
    return formOf(this.outputsSync(x), this.isVector);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const { task } = this.trained('toOnnx()');
    return OnnxTable.ofNumbers(this.writeOutputs(graph, table), task.model.outputCols);
  }

  /** R² of the prediction (mean over targets). */
  async score(x: FeatureInput, y: TargetInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return regressionScore(given.y, inFloat64(await this.outputs(given.x)), options);
  }

  protected override fittedState(): SavedState | undefined {
    return this.networkState({ isVector: this.isVector });
  }

  protected override restoreState(state: SavedState): void {
    const restored = this.restoreNetwork(state);
    if (restored === undefined) return;
    const { trained, more } = restored;
    checkValueLoss(trained.task);
    this.isVector = attribute(more, 'isVector', isFlag);
    this.learned = trained;
  }
}

function formOf(outputs: Matrix<Float32Array>, isVector: boolean): Float64Array | Matrix<Float64Array> {
  const values = inFloat64(outputs);
  return isVector ? values.data : values;
}
