import { SteepestError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { NdArray } from '../core/ndarray.js';
import { checkRowCount } from '../core/refuse.js';
import { show } from '../core/show.js';
import type { ColumnNames } from '../data/arrayInputs.js';
import { separateTarget } from '../data/tables/target.js';
import { accuracyScore } from '../metrics/index.js';
import { type ClassWeight, classWeightParam, rowWeights } from './base/classWeights.js';
import type { Classifier, ScoreOptions } from './base/estimator.js';
import type { FeatureInput } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import {
  checkClassCount,
  encodeClasses,
  isLabelList,
  type Label,
  type LabelInput,
  namesOfClasses,
} from './base/labels.js';
import type { ParamSpecs } from './base/params.js';
import { attribute, type SavedState } from './base/saved.js';
import { classificationScore } from './base/score.js';
import { readSampleWeight } from './base/weights.js';
import type { RowInput } from './base/work.js';
import type { Head } from './network/fittedNetwork.js';
import { type Lesson, Mlp } from './network/mlp.js';
import { MLP_SPECS, type MlpParams } from './network/mlpParams.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';
import { OnnxClasses, once, writeBest } from './onnx/classes.js';
import type { Graph } from './onnx/graph.js';
import { writeEachClass } from './onnx/probabilities.js';
import type { OnnxTable } from './onnx/table.js';
import { takeRows } from './selection/rows.js';

/** Hyperparameters. */
export interface MLPClassifierParams extends MlpParams {
  classWeight: ClassWeight | undefined;
}

const SPECS: ParamSpecs<MLPClassifierParams> = { ...MLP_SPECS, classWeight: classWeightParam };

/** One sigmoid unit for two classes, softmax for more. */
function headFor(classes: readonly Label[]): Head {
  return classes.length === 2
    ? { units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy' }
    : { units: classes.length, activation: 'softmax', loss: 'sparseCategoricalCrossentropy' };
}

/**
 * A multi-layer perceptron that classifies by minimising the log loss. Labels are strings, numbers
 * or booleans. Trains in float32, in worker threads; the result is bit-identical for any number of
 * them.
 * @example
 * ```ts
 * import { data, MLPClassifier } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const model = new MLPClassifier({ hiddenLayerSizes: [8], solver: 'lbfgs', seed: 1 });
 * await model.fit(x, y);
 * console.log((await model.score(x, y)) > 0.8); // true
 * ```
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
   * Trains until the loss stops falling or `maxIter` epochs (iterations of `'lbfgs'`) are over.
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones; or the name of their column in a
   *   table
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_DIVERGED`, `ERR_ABORTED`;
   *   `ERR_LABEL_RANGE` for a single class, or with `warmStart` for classes that differ from the
   *   last fit's; `ERR_ARGUMENT` if `earlyStopping` has too few rows to hold out. After an error,
   *   what was learned before is unchanged.
   */
  async fit(x: FeatureInput, y: LabelInput | ColumnNames, options: DescentFitOptions = {}): Promise<this> {
    checkOptions('MLPClassifier.fit', options, DESCENT_FIT_KEYS);
    this.checkFit(options);
    const given = separateTarget('X', x, y);
    const { classes } = encodeClasses('y', given.y);
    checkClassCount('y', classes);
    const { warmStart, maxIter } = this.params;
    if (warmStart && this.learnedClasses !== undefined) this.checkSameClasses('y', classes);
    const result = await this.trainOn(given.x, given.y, classes, options, {
      epochs: maxIter,
      goesOn: warmStart,
    });
    this.warnNotConverged(result);
    return this;
  }

  /**
   * Trains one epoch on these rows, continuing from the last call, optimizer state included.
   * @param options.classes all classes that will occur; required in the first call
   * @throws SteepestError as {@link fit}; `ERR_SHAPE` also if columns differ from those of earlier
   *   calls
   */
  async partialFit(
    x: FeatureInput,
    y: LabelInput | ColumnNames,
    options: DescentFitOptions & { classes?: readonly Label[] } = {},
  ): Promise<this> {
    checkOptions('MLPClassifier.partialFit', options, [...DESCENT_FIT_KEYS, 'classes']);
    checkDescentOptions(options);
    const { classes: all, ...rest } = options;
    this.checkPartialFit();
    const named = all && encodeClasses('classes', all).classes;
    if (named !== undefined) {
      checkClassCount('classes', named);
      if (this.learnedClasses !== undefined) this.checkSameClasses('classes', named);
    }
    const classes = this.learnedClasses ?? named;
    if (classes === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'options.classes in the first partialFit',
        given: 'none',
        hint: 'Pass all classes that this and later calls will have.',
      });
    }
    const given = separateTarget('X', x, y);
    await this.trainOn(given.x, given.y, classes, rest, { epochs: 1, goesOn: true });
    return this;
  }

  /** Training continues with the existing outputs. @throws SteepestError `ERR_LABEL_RANGE` */
  private checkSameClasses(what: string, classes: readonly Label[]): void {
    const known = this.learnedClasses!;
    if (classes.length === known.length && classes.every((label, i) => label === known[i])) return;
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: `${what} with the classes of the last fit, ${show(known)}, which training goes on from`,
      given: show(classes),
      hint: 'Pass rows of every class, or train a clone from the start.',
    });
  }

  /** One class per row, with the type of y. */
  async predict(x: FeatureInput): Promise<Label[]> {
    // Before the wait: another fit may end meanwhile.
    const { classes } = this;
    return likeliest(await this.outputs(x), classes);
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Label[] {
    return likeliest(this.outputsSync(x), this.classes);
  }

  /** Probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { classes } = this;
    return probabilities(await this.outputs(x), classes);
  }

  /** {@link predictProba} at once, as {@link predictSync}. */
  predictProbaSync(x: FeatureInput | RowInput): Matrix<Float64Array> {
    return probabilities(this.outputsSync(x), this.classes);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxClasses {
    const { head } = this.trained('toOnnx()');
    const outputs = once(() => this.writeOutputs(graph, table));
    return new OnnxClasses({
      classes: this.classes,
      best: () => writeBest(graph, outputs(), head.units, 0.5),
      probabilities: () => writeEachClass(graph, outputs(), head.units),
    });
  }

  /** Fraction of rows whose class is predicted correctly. */
  async score(x: FeatureInput, y: LabelInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return classificationScore(given.y, await this.predict(given.x), options);
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
    options: DescentFitOptions,
    how: { epochs: number; goesOn: boolean },
  ) {
    const features = this.samples(x, how.goesOn);
    const labels = encodeClasses('y', y, classes);
    const { codes } = labels;
    checkRowCount('y', codes.length, 'X', features.rows);
    const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
    const own = (rows: Uint32Array): Float64Array | undefined => sampleWeight && takeRows(sampleWeight, rows);
    const { classWeight } = this.params;
    const lesson: Lesson = {
      features,
      y: codes,
      head: headFor(classes),
      labels,
      sampleWeight,
      weigh: (rows) =>
        rows === undefined
          ? rowWeights(labels, classWeight, sampleWeight)
          : rowWeights({ classes, codes: takeRows(codes, rows) }, classWeight, own(rows)),
      // Class weights apply in training only, as for networks.
      score: (outputs, rows) =>
        accuracyScore(takeRows(codes, rows), mostProbable(outputs), { sampleWeight: own(rows) }),
    };
    const { fitted, result } = await this.train(lesson, options, how);
    this.network = fitted;
    this.learnedClasses = classes;
    return result;
  }
}

/**
 * The index of each row's most probable class; for two classes, the output is the probability of
 * the second.
 */
function mostProbable({ data, shape }: NdArray): Int32Array<ArrayBuffer> {
  const [rows, units] = shape as [number, number];
  return Int32Array.from({ length: rows }, (_, row) => {
    if (units === 1) return data[row]! > 0.5 ? 1 : 0;
    let best = 0;
    for (let k = 1; k < units; k++) if (data[row * units + k]! > data[row * units + best]!) best = k;
    return best;
  });
}

const likeliest = (outputs: Matrix<Float64Array>, classes: readonly Label[]): Label[] =>
  Array.from(mostProbable(outputs), (code) => classes[code]!);

/** Probabilities of all classes; a single output is that of the second of two. */
function probabilities(outputs: Matrix<Float64Array>, classes: readonly Label[]): Matrix<Float64Array> {
  const names = namesOfClasses(classes);
  const { rows } = outputs;
  if (outputs.columns !== 1) return new Matrix(outputs.data, outputs.shape, names);
  const data = Float64Array.from({ length: rows * 2 }, (_, i) => {
    const one = outputs.data[i >> 1]!;
    return i % 2 === 1 ? one : 1 - one;
  });
  return new Matrix(data, [rows, 2], names);
}
