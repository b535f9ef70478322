import { SteepestError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { checkRowCount } from '../core/refuse.js';
import { show } from '../core/show.js';
import type { ColumnNames } from '../data/arrayInputs.js';
import type { Batch } from '../data/batches.js';
import { areAlike } from '../data/tables/match.js';
import { separateTarget } from '../data/tables/target.js';
import { type ClassWeight, classWeightParam, weightsOfClasses } from './base/classWeights.js';
import type { EstimatorFitOptions } from './base/estimator.js';
import { checkFiniteFeatures, type FeatureInput, type FittedColumns, readFeatures } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import {
  checkClassCount,
  type EncodedLabels,
  encodeClasses,
  type Label,
  type LabelInput,
  outputsOf,
} from './base/labels.js';
import { OneAtATime } from './base/oneAtATime.js';
import { type ParamSpecs, param } from './base/params.js';
import { checkBesideStream, isRowStream, type RowStream } from './base/rowStream.js';
import type { SavedState } from './base/saved.js';
import { readSampleWeight } from './base/weights.js';
import {
  type LogisticFit,
  LogisticModel,
  restoredLogistic,
  savedLogistic,
} from './logistic/logisticModel.js';
import type { Graph } from './onnx/graph.js';
import { writeOneVersusAll } from './onnx/probabilities.js';
import { noEarlyStopping, readBatch } from './sgd/batches.js';
import { scoreOfSigns } from './sgd/heldOutScores.js';
import { fresh, restoredLearned, type SgdLearned, savedLearned, weightsOf } from './sgd/learned.js';
import { CLASSIFICATION_LOSSES, type ClassificationLoss } from './sgd/losses.js';
import { checkSgd, SGD_SPECS, type SgdParams } from './sgd/params.js';
import { oneVersusAll } from './sgd/probabilities.js';
import { type SgdEnd, type SgdTask, trainOnStream, trainOnTable, warnNotConverged } from './sgd/train.js';

const LOSSES = Object.keys(CLASSIFICATION_LOSSES) as ClassificationLoss[];

/** Hyperparameters. */
export interface SGDClassifierParams extends SgdParams {
  /**
   * - `'hinge'` (default): a linear support vector machine; `'squaredHinge'` its square;
   * - `'logLoss'`: logistic regression, with probabilities;
   * - `'modifiedHuber'`: robust to wrong labels, with probabilities;
   * - `'perceptron'`.
   */
  loss: ClassificationLoss;
  /** Default: equal weights. */
  classWeight: ClassWeight | undefined;
}

const SPECS: ParamSpecs<SGDClassifierParams> = {
  loss: param.oneOf('hinge', LOSSES),
  ...SGD_SPECS,
  classWeight: classWeightParam,
};

/** Options of `fit` of `SGDClassifier`. */
export interface SGDClassifierFitOptions extends EstimatorFitOptions {
  /**
   * All classes that will occur: with a stream, and in the first `partialFit`, which do not see all
   * rows at once.
   */
  classes?: readonly Label[] | undefined;
}

interface Fitted extends LogisticFit {
  learned: SgdLearned;
}

const FIT_KEYS = ['sampleWeight', 'signal', 'classes'];

/**
 * Linear classification by stochastic gradient descent, in float64: row after row, as
 * scikit-learn's, for more rows than memory holds or rows that come one batch at a time. More than
 * two classes are fitted each against all others. Scale the columns first. (Bottou 2012,
 * "Stochastic gradient descent tricks")
 * @example
 * ```ts
 * import { data, SGDClassifier } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const model = new SGDClassifier({ loss: 'logLoss', seed: 1 });
 * await model.fit(x, y);
 * console.log((await model.score(x, y)) > 0.8); // true
 * ```
 */
export class SGDClassifier extends LogisticModel<SGDClassifierParams, Fitted> {
  private readonly trainings = new OneAtATime();

  constructor(params: Partial<SGDClassifierParams> = {}) {
    super('SGDClassifier', SPECS, params);
  }

  /** Passes of the last fit; the most of any class. */
  get nIter(): number {
    return this.learned('nIter').learned.nIter;
  }

  /**
   * @param x rows × columns, finite; or a stream of batches `{ x, y, sampleWeight? }`, which is
   *   read once for each of up to `maxIter` passes
   * @param y one class per row, or the name of their column in a table; omit it with a stream
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_LABEL_RANGE`, `ERR_DIVERGED`, `ERR_BUSY`, `ERR_ABORTED`. After an error, what was
   *   learned before is unchanged.
   */
  async fit(
    x: FeatureInput | RowStream,
    y?: LabelInput | ColumnNames,
    options: SGDClassifierFitOptions = {},
  ): Promise<this> {
    checkOptions('SGDClassifier.fit', options, FIT_KEYS);
    checkSgd(this.params);
    return this.trainings.run(() =>
      isRowStream(x) ? this.fitStream(x, y, options) : this.fitTable(x, y, options, false),
    );
  }

  /**
   * One pass over these rows, from where the last call or fit ended.
   * @param options `classes`: all that will occur, required in the first call
   * @throws SteepestError as {@link fit}; `ERR_SHAPE` also if columns differ from those before
   */
  async partialFit(
    x: FeatureInput,
    y: LabelInput | ColumnNames,
    options: SGDClassifierFitOptions = {},
  ): Promise<this> {
    checkOptions('SGDClassifier.partialFit', options, FIT_KEYS);
    checkSgd(this.params);
    if (this.params.earlyStopping) throw noEarlyStopping('partialFit');
    this.refuseBalanced('partialFit');
    return this.trainings.run(() => this.fitTable(x, y, options, true));
  }

  /**
   * Probabilities, rows × classes, of losses `'logLoss'` and `'modifiedHuber'`; with more than two
   * classes they are those of each class against the others, divided by their sum.
   * @throws SteepestError `ERR_ARGUMENT` for other losses, `ERR_NOT_FITTED`, `ERR_SHAPE`,
   *   `ERR_NOT_FINITE`
   */
  override async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    this.checkProbable();
    return super.predictProba(x);
  }

  protected override probabilitiesOf(scores: Matrix<Float64Array>, names: readonly string[] | undefined) {
    return oneVersusAll(scores, this.checkProbable(), names);
  }

  protected override probabilitiesWriter(outputs: number) {
    const loss = this.probableLoss;
    if (loss === undefined) return undefined;
    return (graph: Graph, scores: string) => writeOneVersusAll(graph, scores, outputs, loss);
  }

  /** Whether the loss is one with probabilities: `'logLoss'` or `'modifiedHuber'`. */
  get givesProbabilities(): boolean {
    return this.probableLoss !== undefined;
  }

  private get probableLoss(): 'logLoss' | 'modifiedHuber' | undefined {
    const { loss } = this.params;
    return loss === 'logLoss' || loss === 'modifiedHuber' ? loss : undefined;
  }

  private checkProbable(): 'logLoss' | 'modifiedHuber' {
    const { probableLoss } = this;
    if (probableLoss !== undefined) return probableLoss;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: "loss 'logLoss' or 'modifiedHuber' for probabilities",
      given: show(this.params.loss),
      hint: 'Use decisionFunction, or CalibratedClassifierCV around the classifier.',
    });
  }

  private task({ signal }: EstimatorFitOptions, labels: EncodedLabels, weights?: Float64Array): SgdTask {
    const { params } = this;
    const ofClass = weightsOfClasses(labels, params.classWeight, weights);
    const isBinary = labels.classes.length === 2;
    const weight = (k: number): number => ofClass?.[k] ?? 1;
    const classWeights = (k: number): readonly [number, number] =>
      isBinary ? [weight(1), weight(0)] : [weight(k), 1];
    return { params, loss: CLASSIFICATION_LOSSES[params.loss], classWeights, signal };
  }

  private async fitTable(
    x: FeatureInput,
    y: LabelInput | ColumnNames | undefined,
    options: SGDClassifierFitOptions,
    goesOn: boolean,
  ): Promise<this> {
    const given = separateTarget('X', x, y as LabelInput | ColumnNames);
    const before = goesOn ? this.fitted : undefined;
    const features = readFeatures('X', given.x, before?.columns);
    checkFiniteFeatures('X', features);
    const named = this.namedClasses(options.classes, before?.classes);
    if (goesOn && named === undefined) throw noClasses('the first partialFit');
    const labels = encodeClasses('y', given.y, named);
    const { classes, codes } = labels;
    checkRowCount('y', codes.length, 'X', features.rows);
    checkClassCount('y', classes);
    const weights = readSampleWeight(options.sampleWeight, features.rows);
    const table = { features, targets: signsOf(labels), weights };
    const end = await trainOnTable(table, {
      ...this.task(options, labels, weights),
      isOnePass: goesOn,
      before,
      begin: (columns) => this.start(columns, classes),
      score: scoreOfSigns,
      labels,
    });
    return this.keep(end, classes);
  }

  private async fitStream(stream: RowStream, y: unknown, options: SGDClassifierFitOptions): Promise<this> {
    checkBesideStream(y, options.sampleWeight);
    if (this.params.earlyStopping) throw noEarlyStopping('a stream');
    this.refuseBalanced('a stream');
    const classes = this.namedClasses(options.classes, undefined);
    if (classes === undefined) throw noClasses('fit with a stream');
    const end = await trainOnStream(stream, {
      ...this.task(options, { classes, codes: new Int32Array(0) }),
      read(batch, number, known) {
        const { features, weights } = readBatch(batch, number, known);
        const labels = encodeClasses(`y of batch ${number}`, labelsOf(batch), classes);
        checkRowCount(`y of batch ${number}`, labels.codes.length, 'x', features.rows);
        return { features, targets: signsOf(labels), weights };
      },
      begin: (columns) => this.start(columns, classes),
    });
    return this.keep(end, classes);
  }

  /** The classes that are known before the rows. @throws SteepestError `ERR_LABEL_RANGE` */
  private namedClasses(
    given: readonly Label[] | undefined,
    known: readonly Label[] | undefined,
  ): readonly Label[] | undefined {
    if (given === undefined) return known;
    const { classes } = encodeClasses('classes', given as LabelInput);
    checkClassCount('classes', classes);
    if (known !== undefined && JSON.stringify(classes) !== JSON.stringify(known)) {
      throw new SteepestError('ERR_LABEL_RANGE', {
        expected: `classes as before, ${show(known)}, which training goes on from`,
        given: show(classes),
        hint: 'Leave classes out, or train a clone from the start.',
      });
    }
    return classes;
  }

  /** Balancing needs the numbers of rows of all classes. @throws SteepestError `ERR_ARGUMENT` */
  private refuseBalanced(what: string): void {
    if (this.params.classWeight !== 'balanced') return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `classWeight with a number for each class in ${what}`,
      given: "'balanced'",
      hint: 'Write { spam: 5 }.',
    });
  }

  /** Zeros, or with `warmStart` the last coefficients if their shape matches. */
  private start(columns: FittedColumns, classes: readonly Label[]): SgdLearned {
    const { fitted, params } = this;
    const isKnown =
      params.warmStart &&
      fitted !== undefined &&
      areAlike(fitted.columns, columns) &&
      JSON.stringify(fitted.classes) === JSON.stringify(classes);
    return fresh(outputsOf(classes), columns.cols, isKnown ? fitted : undefined);
  }

  private keep({ learned, columns, converged }: SgdEnd, classes: readonly Label[]): this {
    this.fitted = { ...weightsOf(learned), columns, classes, learned };
    if (!converged && this.params.tol !== null) warnNotConverged('SGDClassifier', learned.nIter);
    return this;
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const fit = savedLogistic(this.fitted);
    const learned = savedLearned(this.fitted.learned);
    return {
      tensors: { ...fit.tensors, ...learned.tensors },
      attributes: { ...fit.attributes, ...learned.attributes },
    };
  }

  protected override restoreState(state: SavedState): void {
    const fit = restoredLogistic(state);
    this.fitted = { ...fit, learned: restoredLearned(state, fit) };
  }
}

/** 1 for rows of an output's class, −1 for others; with two classes, of the second. */
const signsOf =
  ({ classes, codes }: EncodedLabels) =>
  (output: number): Int8Array => {
    const positive = classes.length === 2 ? 1 : output;
    return Int8Array.from(codes, (code) => (code === positive ? 1 : -1));
  };

/** A batch's labels: of text in a CSV file, y has numbers of `classes`. */
function labelsOf({ y, classes }: Batch): LabelInput {
  if (classes === undefined) return y as LabelInput;
  return Array.from(y as ArrayLike<number>, (code) => classes[code]!);
}

const noClasses = (what: string): SteepestError =>
  new SteepestError('ERR_ARGUMENT', {
    expected: `options.classes in ${what}`,
    given: 'none',
    hint: 'Pass all classes that this and later calls will have.',
  });
