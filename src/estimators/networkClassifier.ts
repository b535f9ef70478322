import { Matrix } from '../core/matrix.js';
import { checkRowCount } from '../core/refuse.js';
import type { ColumnNames } from '../data/arrayInputs.js';
import { separateTarget } from '../data/tables/target.js';
import { outputKind } from '../networks/compile/outputKind.js';
import type { Sequential } from '../networks/models/sequential.js';
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
import { NetworkEstimator } from './network/networkEstimator.js';
import { NETWORK_SPECS, type NetworkParams, withNetwork } from './network/networkParams.js';
import {
  checkClasses,
  checkClassLoss,
  checkInputs,
  classesOf,
  classTargets,
  type NetworkTask,
  taskOf,
} from './network/networkTask.js';
import { checkNetworkOptions, NETWORK_FIT_KEYS, type NetworkFitOptions } from './network/trainNetwork.js';
import { OnnxClasses, once, writeBest } from './onnx/classes.js';
import type { Graph } from './onnx/graph.js';
import { writeEachClass, writeSigmoidPair, writeSoftmax } from './onnx/probabilities.js';
import type { OnnxTable } from './onnx/table.js';

/** Hyperparameters. */
export interface NetworkClassifierParams extends NetworkParams {
  /** As for other classifiers. */
  classWeight: ClassWeight | undefined;
}

const SPECS: ParamSpecs<NetworkClassifierParams> = { ...NETWORK_SPECS, classWeight: classWeightParam };

/**
 * A compiled network as a classifier: for pipelines, searches and cross-validation, with labels in
 * and labels out. Its loss is one of classes, and it has an output per class, or one output for two
 * classes. `fit` trains a copy, with the bits that the network's own `fit` would give for class
 * numbers in sorted order.
 * @example
 * ```ts
 * import { data, layers, NetworkClassifier, sequential } from 'steepest';
 * const { x, y } = data.makeMoons({ nSamples: 100, noise: 0.1, seed: 1 });
 * const network = sequential({
 *   layers: [
 *     layers.dense({ units: 8, activation: 'relu', inputShape: [2] }),
 *     layers.dense({ units: 2, activation: 'softmax' }),
 *   ],
 * }).compile({ loss: 'sparseCategoricalCrossentropy', optimizer: 'adam' });
 * const names = Array.from(y.data, (label) => (label === 1 ? 'lower' : 'upper'));
 * const model = await new NetworkClassifier(network, { epochs: 2 }).fit(x, names);
 * console.log(model.classes); // [ 'lower', 'upper' ]
 * ```
 */
export class NetworkClassifier extends NetworkEstimator<NetworkClassifierParams> implements Classifier {
  private learnedClasses: readonly Label[] | undefined;

  /** @throws SteepestError `ERR_NOT_COMPILED`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
  constructor(network: Sequential, params?: Partial<Omit<NetworkClassifierParams, 'network'>>);
  constructor(params?: Partial<NetworkClassifierParams>);
  constructor(
    first: Sequential | Partial<NetworkClassifierParams> = {},
    params?: Partial<Omit<NetworkClassifierParams, 'network'>>,
  ) {
    super('NetworkClassifier', SPECS, withNetwork<NetworkClassifierParams>(first, params));
  }

  /** The classes, sorted: the order of `predictProba`'s columns and of the network's outputs. */
  get classes(): readonly Label[] {
    this.trained('classes');
    return this.learnedClasses!;
  }

  /**
   * Trains a copy of the network for `epochs` passes.
   * @param x samples × columns, as many as the network has inputs
   * @param y one class per sample, as many different ones as the network can distinguish; or the
   *   name of their column in a table
   * @param options `sampleWeight` multiplies losses as in a network's `fit`; `resume` and
   *   `progress` are those of it
   * @throws SteepestError `ERR_ARGUMENT` for a loss of values, `ERR_SHAPE`, `ERR_NOT_FINITE`,
   *   `ERR_LABEL_RANGE`, `ERR_DIVERGED`, `ERR_ABORTED`. After an error, what was learned before is
   *   unchanged.
   */
  async fit(x: FeatureInput, y: LabelInput | ColumnNames, options: NetworkFitOptions = {}): Promise<this> {
    checkOptions('NetworkClassifier.fit', options, NETWORK_FIT_KEYS);
    checkNetworkOptions(options);
    const network = this.untrained();
    const task = taskOf(network);
    checkClassLoss(task);
    const given = separateTarget('X', x, y);
    const features = this.samples(given.x, task);
    const labels = encodeClasses('y', given.y);
    const { classes, codes } = labels;
    checkRowCount('y', codes.length, 'X', features.rows);
    checkClassCount('y', classes);
    checkInputs(task, features);
    checkClasses(task, classes);
    const own = readSampleWeight(options.sampleWeight, features.rows);
    const weights = rowWeights(labels, this.params.classWeight, own);
    const targets = classTargets(task, labels);
    this.learned = await this.train(network, { task, features }, targets, weights, options);
    this.learnedClasses = classes;
    return this;
  }

  /** One class per row, with the type of y. */
  async predict(x: FeatureInput): Promise<Label[]> {
    // Before the wait: another fit may end meanwhile.
    const known = this.known('predict');
    return likeliest(known, await this.outputs(x));
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Label[] {
    return likeliest(this.known('predictSync'), this.outputsSync(x));
  }

  /**
   * Probabilities, rows × classes, in the order of `classes`; logits become probabilities.
   * @throws SteepestError `ERR_ARGUMENT` for a loss whose outputs are scores, such as hinge
   */
  async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const known = this.known('predictProba');
    classesOf(known.method, known.task).checkProbabilities();
    return probabilities(known, await this.outputs(x));
  }

  /** {@link predictProba} at once, as {@link predictSync}. */
  predictProbaSync(x: FeatureInput | RowInput): Matrix<Float64Array> {
    return probabilities(this.known('predictProbaSync'), this.outputsSync(x));
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxClasses {
    const { task, classes } = this.known('toOnnx');
    const kind = outputKind(task.compiled.objective.loss);
    const { outputCols } = task.model;
    const outputs = once(() => this.writeOutputs(graph, table));
    const shared = {
      classes,
      best: () => writeBest(graph, outputs(), outputCols, kind === 'probabilities' ? 0.5 : 0),
    };
    if (kind === 'scores') return new OnnxClasses({ ...shared, scores: outputs, scoreCols: outputCols });
    const ofLogits = outputCols === 1 ? writeSigmoidPair : writeSoftmax;
    const probabilities = () =>
      kind === 'logits' ? ofLogits(graph, outputs()) : writeEachClass(graph, outputs(), outputCols);
    return new OnnxClasses({ ...shared, probabilities });
  }

  /** Fraction of rows whose class is predicted correctly. */
  async score(x: FeatureInput, y: LabelInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return classificationScore(given.y, await this.predict(given.x), options);
  }

  private known(method: string): Known {
    const { task } = this.trained(`${method}()`);
    return { method, task, classes: this.learnedClasses! };
  }

  protected override fittedState(): SavedState | undefined {
    return this.networkState({ classes: this.learnedClasses });
  }

  protected override restoreState(state: SavedState): void {
    const restored = this.restoreNetwork(state);
    if (restored === undefined) return;
    const { trained, more } = restored;
    const classes = attribute(more, 'classes', isLabelList);
    checkClassLoss(trained.task);
    checkClasses(trained.task, classes);
    this.learned = trained;
    this.learnedClasses = classes;
  }
}

/** What predictions need of a fit. */
interface Known {
  method: string;
  task: NetworkTask;
  classes: readonly Label[];
}

const likeliest = ({ method, task, classes }: Known, outputs: Matrix<Float32Array>): Label[] =>
  (classesOf(method, task).best(outputs) as number[]).map((number) => classes[number]!);

const probabilities = (
  { method, task, classes }: Known,
  outputs: Matrix<Float32Array>,
): Matrix<Float64Array> => {
  const all = classesOf(method, task).all(outputs);
  return new Matrix(all, [all.length / classes.length, classes.length], namesOfClasses(classes));
};
