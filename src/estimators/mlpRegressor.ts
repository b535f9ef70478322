import type { NdArray } from '../core/ndarray.js';
import type { TargetInput } from '../data/tables.js';
import type { KernelOptions } from '../models/kernelOptions.js';
import type { EstimatorFitOptions, Regressor, ScoreOptions } from './base/estimator.js';
import { type FeatureInput, readFeatures } from './base/features.js';
import { attribute, type SavedState } from './base/saved.js';
import { regressionScore } from './base/score.js';
import { readTargets } from './base/targets.js';
import { readSampleWeight } from './base/weights.js';
import { MLP_SPECS, Mlp, type MlpParams } from './network/mlp.js';

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** Hyper-parameters. */
export type MLPRegressorParams = MlpParams;

/**
 * A multi-layer perceptron that predicts numbers, by their mean squared error. Scale the targets too if they are far
 * from 1. Trains in float32, in worker threads; the result has the same bits for any number of them.
 */
export class MLPRegressor extends Mlp<MLPRegressorParams> implements Regressor {
  private isVector = true;

  constructor(params: Partial<MLPRegressorParams> = {}) {
    super('MLPRegressor', MLP_SPECS, params);
  }

  /**
   * Trains until the loss stands still or `maxIter` epochs are over.
   * @param x samples × columns, finite
   * @param y one number per sample, or samples × targets
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_DIVERGED`, `ERR_ABORTED`; what was learned before stays, except with
   * `warmStart`, where it has moved on
   */
  async fit(
    x: FeatureInput,
    y: TargetInput,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<this> {
    const { maxIter, warmStart } = this.params;
    this.warnNotConverged(await this.trainOn(x, y, options, { epochs: maxIter, goesOn: warmStart }));
    return this;
  }

  /** One epoch over these rows, from where the last call ended. */
  async partialFit(
    x: FeatureInput,
    y: TargetInput,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<this> {
    await this.trainOn(x, y, options, { epochs: 1, goesOn: true });
    return this;
  }

  /** One number per row, or rows × targets where y had columns. */
  async predict(x: FeatureInput): Promise<Float64Array | NdArray<Float64Array>> {
    const outputs = await this.outputs(x);
    return this.isVector ? outputs.data : outputs;
  }

  /** R² of the prediction (mean over targets). */
  async score(x: FeatureInput, y: TargetInput, options: ScoreOptions = {}): Promise<number> {
    return regressionScore(y, await this.outputs(x), options);
  }

  protected override fittedState(): SavedState | undefined {
    const state = this.networkState();
    return state && { ...state, attributes: { ...state.attributes, isVector: this.isVector } };
  }

  protected override restoreState(state: SavedState): void {
    this.restoreNetwork(state, { units: 1, activation: 'linear', loss: 'meanSquaredError' });
    this.isVector = attribute(state, 'isVector', isFlag);
  }

  private async trainOn(
    x: FeatureInput,
    y: TargetInput,
    options: EstimatorFitOptions & KernelOptions,
    how: { epochs: number; goesOn: boolean },
  ) {
    const features = readFeatures('X', x);
    const targets = readTargets('y', y, features.rows);
    const weights = readSampleWeight(options.sampleWeight, features.rows);
    const head = { units: targets.cols, activation: 'linear', loss: 'meanSquaredError' } as const;
    const values = { data: targets.data, shape: [targets.rows, targets.cols] };
    const { fitted, result } = await this.train(features, values, head, weights, options, how);
    this.network = fitted;
    this.isVector = targets.isVector;
    return result;
  }
}
