import { isNames, orAbsent } from '../../core/guards.js';
import { atOnce, type InParts, inSlices } from '../../core/inParts.js';
import { Matrix } from '../../core/matrix.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { BaseEstimator, type Classifier, type ScoreOptions } from '../base/estimator.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import { isLabelList, type Label, type LabelInput, namesOfClasses, outputsOf } from '../base/labels.js';
import { linearScores } from '../base/linearScores.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { classificationScore } from '../base/score.js';
import { type RowInput, rowsOf } from '../base/work.js';
import { OnnxClasses, once, writeBest } from '../onnx/classes.js';
import type { Graph } from '../onnx/graph.js';
import { writeLinear } from '../onnx/linear.js';
import { writeSigmoidPair, writeSoftmax } from '../onnx/probabilities.js';
import type { OnnxTable } from '../onnx/table.js';
import { probabilities } from './probabilities.js';

/** The learned state of every logistic regression. */
export interface LogisticFit {
  classes: readonly Label[];
  columns: FittedColumns;
  /** outputs × columns. */
  coef: Float64Array;
  intercept: Float64Array;
}

/** A logistic fit as plain data. */
export function savedLogistic({ classes, columns, coef, intercept }: LogisticFit): SavedState {
  return {
    tensors: {
      coef: { data: coef, shape: [intercept.length, columns.cols] },
      intercept: { data: intercept, shape: [intercept.length] },
    },
    attributes: { classes, ...(columns.names ? { columnNames: columns.names } : {}) },
  };
}

/** The inverse of {@link savedLogistic}. @throws SteepestError `ERR_MODEL_FILE` */
export function restoredLogistic(state: SavedState): LogisticFit {
  const classes = attribute(state, 'classes', isLabelList);
  const outputs = outputsOf(classes);
  const coef = float64Tensor(state, 'coef', [outputs, -1], FINITE);
  const { data: intercept } = float64Tensor(state, 'intercept', [outputs], FINITE);
  const cols = coef.shape[1]!;
  const isColumnNames = (v: unknown): v is string[] => isNames(v) && v.length === cols;
  const names = attribute(state, 'columnNames', orAbsent(isColumnNames));
  return { classes, columns: { cols, names }, coef: coef.data, intercept };
}

/** Prediction and score of classes by logistic functions of scores x·coefᵀ + intercept. */
export abstract class LogisticModel<P extends object, F extends LogisticFit>
  extends BaseEstimator<P>
  implements Classifier
{
  protected fitted: F | undefined;

  abstract fit(x: FeatureInput, y: LabelInput | ColumnNames): Promise<this>;

  /** The classes, sorted: the order of `predictProba`'s columns. */
  get classes(): readonly Label[] {
    return this.learned('classes').classes;
  }

  /** Coefficients: [1, columns] for two classes (of the second one), else [classes, columns]. */
  get coef(): Matrix<Float64Array> {
    const { coef, columns } = this.learned('coef');
    return new Matrix(coef.slice(), [coef.length / columns.cols, columns.cols], columns.names);
  }

  /** One per row of `coef`; 0 without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.learned('intercept').intercept.slice();
  }

  /** One class per row, with the type of y. */
  async predict(x: FeatureInput): Promise<Label[]> {
    // Before the wait: another fit may end meanwhile.
    const { classes } = this.learned('predict()');
    return likeliest(await inSlices(this.scoring(x)), classes);
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Label[] {
    return likeliest(atOnce(this.scoring(rowsOf(x) as FeatureInput)), this.classes);
  }

  /** Probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { classes } = this.learned('predictProba()');
    return this.probabilitiesOf(await inSlices(this.scoring(x)), namesOfClasses(classes));
  }

  /** {@link predictProba} at once, as {@link predictSync}. */
  predictProbaSync(x: FeatureInput | RowInput): Matrix<Float64Array> {
    const names = namesOfClasses(this.classes);
    return this.probabilitiesOf(atOnce(this.scoring(rowsOf(x) as FeatureInput)), names);
  }

  /** Probabilities of scores, rows × outputs. */
  protected probabilitiesOf(
    scores: Matrix<Float64Array>,
    names: readonly string[] | undefined,
  ): Matrix<Float64Array> {
    return probabilities(scores, names);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxClasses {
    const fit = this.learned('toOnnx()');
    const outputs = fit.intercept.length;
    const scores = once(() => writeLinear(graph, table.numbers(graph), fit));
    const write = this.probabilitiesWriter(outputs);
    return new OnnxClasses({
      classes: fit.classes,
      best: () => writeBest(graph, scores(), outputs, 0),
      probabilities: write && (() => write(graph, scores())),
      scores,
    });
  }

  /** {@link probabilitiesOf} in a graph; undefined for a model without probabilities. */
  protected probabilitiesWriter(outputs: number): ((graph: Graph, scores: string) => string) | undefined {
    return outputs === 1 ? writeSigmoidPair : writeSoftmax;
  }

  /** Natural logarithms of {@link predictProba}. */
  async predictLogProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { data, shape, columnNames } = await this.predictProba(x);
    return new Matrix(data.map(Math.log), shape, columnNames);
  }

  /**
   * Scores x·coefᵀ + intercept: one per row for two classes (above 0 means the second), otherwise
   * rows × classes.
   */
  async decisionFunction(x: FeatureInput): Promise<Float64Array | Matrix<Float64Array>> {
    return vectorOrMatrix(await inSlices(this.scoring(x)));
  }

  /** {@link decisionFunction} at once, as {@link predictSync}. */
  decisionFunctionSync(x: FeatureInput | RowInput): Float64Array | Matrix<Float64Array> {
    return vectorOrMatrix(atOnce(this.scoring(rowsOf(x) as FeatureInput)));
  }

  /** Fraction of rows whose class is predicted correctly. */
  async score(x: FeatureInput, y: LabelInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return classificationScore(given.y, await this.predict(given.x), options);
  }

  protected override fittedColumns(what: string): FittedColumns {
    return this.learned(what).columns;
  }

  protected learned(what: string): F {
    if (this.fitted === undefined) throw this.notFitted(what);
    return this.fitted;
  }

  private *scoring(x: FeatureInput): InParts<Matrix<Float64Array>> {
    const { classes, columns, coef, intercept } = this.learned('predict()');
    const features = readFeatures('X', x, columns);
    checkFiniteFeatures('X', features);
    const names = intercept.length === 1 ? undefined : namesOfClasses(classes);
    return yield* linearScores(features, coef, intercept, names);
  }
}

/** Scores of two classes are one number per row. */
const vectorOrMatrix = (scores: Matrix<Float64Array>): Float64Array | Matrix<Float64Array> =>
  scores.columns === 1 ? scores.data : scores;

/** The class of the largest score of each row; a single score above 0 means the second of two. */
function likeliest({ data, rows, columns }: Matrix<Float64Array>, classes: readonly Label[]): Label[] {
  return Array.from({ length: rows }, (_, row) => {
    if (columns === 1) return classes[data[row]! > 0 ? 1 : 0]!;
    let best = 0;
    for (let k = 1; k < columns; k++) {
      if (data[row * columns + k]! > data[row * columns + best]!) best = k;
    }
    return classes[best]!;
  });
}
