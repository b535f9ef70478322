import { isFlag } from '../core/guards.js';
import type { Matrix } from '../core/matrix.js';
import type { ColumnNames, TargetInput } from '../data/arrayInputs.js';
import { separateTarget } from '../data/tables/target.js';
import { r2Score } from '../metrics/index.js';
import type { Regressor, ScoreOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import type { FittedOn, TargetsFor } from './base/predictionForm.js';
import { attribute, type SavedState } from './base/saved.js';
import { regressionScore } from './base/score.js';
import { readTargets } from './base/targets.js';
import { readSampleWeight } from './base/weights.js';
import type { RowInput } from './base/work.js';
import type { Head } from './network/fittedNetwork.js';
import { type Lesson, Mlp } from './network/mlp.js';
import { MLP_SPECS, type MlpParams } from './network/mlpParams.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';
import type { Graph } from './onnx/graph.js';
import { OnnxTable } from './onnx/table.js';
import { takeRows } from './selection/rows.js';

/** For a single target. */
const HEAD: Head = { units: 1, activation: 'linear', loss: 'meanSquaredError' };

/** Hyper-parameters. */
export type MLPRegressorParams = MlpParams;

/**
 * A multi-layer perceptron for regression. It minimises half the squared error, summed over targets
 * and averaged over rows. Scale the targets too if they are far from 1. Trains in float32, in
 * worker threads; the result is bit-identical for any number of them.
 * @example
 * ```ts
 * import { MLPRegressor } from 'steepest';
 * const x = Array.from({ length: 50 }, (_, i) => [i / 25 - 1]);
 * const y = x.map(([value]) => value! ** 2);
 * const model = new MLPRegressor({ hiddenLayerSizes: [16], solver: 'lbfgs', seed: 1 });
 * await model.fit(x, y);
 * console.log((await model.score(x, y)) > 0.99); // true
 * ```
 */
export class MLPRegressor extends Mlp<MLPRegressorParams> implements Regressor {
  private isVector = true;

  constructor(params: Partial<MLPRegressorParams> = {}) {
    super('MLPRegressor', MLP_SPECS, params);
  }

  /**
   * Trains until the loss stops falling or `maxIter` epochs (iterations of `'lbfgs'`) are over.
   * @param x samples × columns, finite
   * @param y one number per sample, or samples × targets; or the names of their columns in a table
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_DIVERGED`, `ERR_ABORTED`;
   *   `ERR_ARGUMENT` if `earlyStopping` has too few rows to hold out. After an error, what was
   *   learned before is unchanged.
   */
  async fit<const Y extends TargetsFor<this>>(
    x: FeatureInput,
    y: Y,
    options: DescentFitOptions = {},
  ): Promise<FittedOn<this, Y>> {
    checkOptions('MLPRegressor.fit', options, DESCENT_FIT_KEYS);
    this.checkFit(options);
    const { maxIter, warmStart } = this.params;
    this.warnNotConverged(await this.trainOn(x, y, options, { epochs: maxIter, goesOn: warmStart }));
    return this as FittedOn<this, Y>;
  }

  /**
   * Trains one epoch on these rows, continuing from the last call, optimizer state included.
   * @throws SteepestError as {@link fit}; `ERR_SHAPE` also if columns or targets differ from those
   *   of earlier calls
   */
  async partialFit<const Y extends TargetsFor<this>>(
    x: FeatureInput,
    y: Y,
    options: DescentFitOptions = {},
  ): Promise<FittedOn<this, Y>> {
    checkOptions('MLPRegressor.partialFit', options, DESCENT_FIT_KEYS);
    checkDescentOptions(options);
    this.checkPartialFit();
    await this.trainOn(x, y, options, { epochs: 1, goesOn: true });
    return this as FittedOn<this, Y>;
  }

  /** One number per row, or rows × targets if y had columns. */
  async predict(x: FeatureInput): Promise<Float64Array | Matrix<Float64Array>> {
    const outputs = await this.outputs(x);
    return this.isVector ? outputs.data : outputs;
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Float64Array | Matrix<Float64Array> {
    const outputs = this.outputsSync(x);
    return this.isVector ? outputs.data : outputs;
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const { head } = this.trained('toOnnx()');
    return OnnxTable.ofNumbers(this.writeOutputs(graph, table), head.units);
  }

  /** R² of the prediction (mean over targets). */
  async score(x: FeatureInput, y: TargetInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return regressionScore(given.y, await this.outputs(given.x), options);
  }

  protected override fittedState(): SavedState | undefined {
    const state = this.networkState();
    return state && { ...state, attributes: { ...state.attributes, isVector: this.isVector } };
  }

  protected override restoreState(state: SavedState): void {
    this.restoreNetwork(state, HEAD);
    this.isVector = attribute(state, 'isVector', isFlag);
  }

  private async trainOn(
    x: FeatureInput,
    y: TargetInput | ColumnNames,
    options: DescentFitOptions,
    how: { epochs: number; goesOn: boolean },
  ) {
    const given = separateTarget('X', x, y);
    const features = this.samples(given.x, how.goesOn);
    const targets = readTargets('y', given.y, features.rows);
    const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
    const weigh = (rows: Uint32Array | undefined): Float64Array | undefined =>
      rows && sampleWeight ? takeRows(sampleWeight, rows) : sampleWeight;
    const values = { data: targets.data, shape: [targets.rows, targets.cols] };
    const lesson: Lesson = {
      features,
      y: values,
      head: { ...HEAD, units: targets.cols },
      labels: undefined,
      sampleWeight,
      weigh,
      score: (outputs, rows) => r2Score(takeRows(values, rows), outputs, { sampleWeight: weigh(rows) }),
    };
    const { fitted, result } = await this.train(lesson, options, how);
    this.network = fitted;
    this.isVector = targets.isVector;
    return result;
  }
}
