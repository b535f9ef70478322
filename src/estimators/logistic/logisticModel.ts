import { isNames, orAbsent } from '../../core/guards.js';
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
import { isLabelList, type Label, type LabelInput, namesOfClasses } from '../base/labels.js';
import { linearScores } from '../base/linearScores.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { classificationScore } from '../base/score.js';
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
  const outputs = classes.length === 2 ? 1 : classes.length;
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
    const { classes } = this.learned('predict()');
    const { data, shape } = await this.scoresOf(x);
    const outputs = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, row) => {
      if (outputs === 1) return classes[data[row]! > 0 ? 1 : 0]!;
      let best = 0;
      for (let k = 1; k < outputs; k++) {
        if (data[row * outputs + k]! > data[row * outputs + best]!) best = k;
      }
      return classes[best]!;
    });
  }

  /** Probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: FeatureInput): Promise<Matrix<Float64Array>> {
    return probabilities(await this.scoresOf(x), namesOfClasses(this.classes));
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
    const scores = await this.scoresOf(x);
    return scores.columns === 1 ? scores.data : scores;
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

  private async scoresOf(x: FeatureInput): Promise<Matrix<Float64Array>> {
    const { classes, columns, coef, intercept } = this.learned('predict()');
    const features = readFeatures('X', x, columns);
    checkFiniteFeatures('X', features);
    const names = intercept.length === 1 ? undefined : namesOfClasses(classes);
    return linearScores(features, coef, intercept, names);
  }
}
