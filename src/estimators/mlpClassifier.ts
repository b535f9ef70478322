import { SteepestError } from '../core/errors.js';
import type { NdArray } from '../core/ndarray.js';
import type { KernelOptions } from '../models/kernelOptions.js';
import { type ClassWeight, classWeightParam, rowWeights } from './base/classWeights.js';
import type { Classifier, EstimatorFitOptions, ScoreOptions } from './base/estimator.js';
import { type FeatureInput, readFeatures } from './base/features.js';
import { checkLabelRows, encodeLabels, isLabelList, type Label, type LabelInput } from './base/labels.js';
import type { ParamSpecs } from './base/params.js';
import { attribute, type SavedState } from './base/saved.js';
import { classificationScore } from './base/score.js';
import { readSampleWeight } from './base/weights.js';
import { type Head, MLP_SPECS, Mlp, type MlpParams } from './network/mlp.js';

/** Hyper-parameters. */
export interface MLPClassifierParams extends MlpParams {
  classWeight: ClassWeight | undefined;
}

const SPECS: ParamSpecs<MLPClassifierParams> = { ...MLP_SPECS, classWeight: classWeightParam };

/** One sigmoid unit tells two classes apart, a softmax more. */
function headFor(classes: readonly Label[]): Head {
  return classes.length === 2
    ? { units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy' }
    : { units: classes.length, activation: 'softmax', loss: 'sparseCategoricalCrossentropy' };
}

/**
 * A multi-layer perceptron that tells classes apart by their log loss. Labels are strings, numbers or booleans.
 * Trains in float32, in worker threads; the result has the same bits for any number of them.
 */
export class MLPClassifier extends Mlp<MLPClassifierParams> implements Classifier {
  private learnedClasses: readonly Label[] | undefined;

  constructor(params: Partial<MLPClassifierParams> = {}) {
    super('MLPClassifier', SPECS, params);
  }

  /** The classes, sorted: the order of `predictProba`'s columns. */
  get classes(): readonly Label[] {
    this.trained('classes');
    return this.learnedClasses!;
  }

  /**
   * Trains until the loss stands still or `maxIter` epochs are over.
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE`, `ERR_DIVERGED`, `ERR_ABORTED`; what was learned before
   * stays, except with `warmStart`, where it has moved on
   */
  async fit(
    x: FeatureInput,
    y: LabelInput,
    options: EstimatorFitOptions & KernelOptions = {},
  ): Promise<this> {
    const { classes } = encodeLabels('y', y);
    if (classes.length < 2) {
      throw new SteepestError('ERR_LABEL_RANGE', {
        expected: 'y with at least two classes',
        given: `only ${JSON.stringify(classes[0])}`,
        mend: 'There is nothing to tell apart; check the labels.',
      });
    }
    const goesOn = this.params.warmStart && JSON.stringify(classes) === JSON.stringify(this.learnedClasses);
    const result = await this.trainOn(x, y, classes, options, { epochs: this.params.maxIter, goesOn });
    this.warnNotConverged(result);
    return this;
  }

  /**
   * One epoch over these rows, from where the last call ended.
   * @param options.classes all classes there will be; needed in the first call
   */
  async partialFit(
    x: FeatureInput,
    y: LabelInput,
    options: EstimatorFitOptions & KernelOptions & { classes?: readonly Label[] } = {},
  ): Promise<this> {
    const { classes: given, ...rest } = options;
    const classes = this.learnedClasses ?? (given && encodeLabels('classes', given).classes);
    if (classes === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'options.classes in the first partialFit',
        given: 'none',
        mend: 'Name all classes that later calls may bring.',
      });
    }
    await this.trainOn(x, y, classes, rest, { epochs: 1, goesOn: true });
    return this;
  }

  /** One class per row, of the type that y had. */
  async predict(x: FeatureInput): Promise<Label[]> {
    const { data, shape } = await this.outputs(x);
    const { classes } = this;
    const units = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, row) => {
      if (units === 1) return classes[data[row]! > 0.5 ? 1 : 0]!;
      let best = 0;
      for (let k = 1; k < units; k++) if (data[row * units + k]! > data[row * units + best]!) best = k;
      return classes[best]!;
    });
  }

  /** Probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: FeatureInput): Promise<NdArray<Float64Array>> {
    const outputs = await this.outputs(x);
    if (outputs.shape[1] !== 1) return outputs;
    const rows = outputs.shape[0]!;
    const data = Float64Array.from({ length: rows * 2 }, (_, i) => {
      const one = outputs.data[i >> 1]!;
      return i % 2 === 1 ? one : 1 - one;
    });
    return { data, shape: [rows, 2] };
  }

  /** Share of rows whose class is predicted right. */
  async score(x: FeatureInput, y: LabelInput, options: ScoreOptions = {}): Promise<number> {
    return classificationScore(y, await this.predict(x), options);
  }

  protected override fittedState(): SavedState | undefined {
    const state = this.networkState();
    return state && { ...state, attributes: { ...state.attributes, classes: this.learnedClasses } };
  }

  protected override restoreState(state: SavedState): void {
    const classes = attribute(state, 'classes', isLabelList);
    this.restoreNetwork(state, headFor(classes));
    this.learnedClasses = classes;
  }

  private async trainOn(
    x: FeatureInput,
    y: LabelInput,
    classes: readonly Label[],
    options: EstimatorFitOptions & KernelOptions,
    how: { epochs: number; goesOn: boolean },
  ) {
    const features = readFeatures('X', x);
    const labels = encodeLabels('y', y, classes);
    checkLabelRows(features.rows, labels.codes.length);
    const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
    const weights = rowWeights(labels, this.params.classWeight, sampleWeight);
    const { fitted, result } = await this.train(
      features,
      labels.codes,
      headFor(classes),
      weights,
      options,
      how,
    );
    this.network = fitted;
    this.learnedClasses = classes;
    return result;
  }
}
