import { isFlag, isNames, orNull } from '../../core/guards.js';
import { Matrix } from '../../core/matrix.js';
import { jsonList } from '../../core/ndarray.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { BaseEstimator, type Regressor, type ScoreOptions } from '../base/estimator.js';
import {
  checkFiniteFeatures,
  type FeatureInput,
  type FittedColumns,
  readFeatures,
} from '../base/features.js';
import { linearScores } from '../base/linearScores.js';
import type { TargetsFor } from '../base/predictionForm.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { regressionScore } from '../base/score.js';
import { type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { writeLinear } from '../onnx/linear.js';
import { OnnxTable } from '../onnx/table.js';

/** The learned state of every linear model. */
export interface LinearFit {
  columns: FittedColumns;
  /** True if y was a plain list: predictions are then plain lists too. */
  isVector: boolean;
  /** targets × columns. */
  coef: Float64Array;
  /** One per target. */
  intercept: Float64Array;
}

/** A linear fit as plain data. */
export function savedFit({ columns, isVector, coef, intercept }: LinearFit): SavedState {
  return {
    tensors: {
      coef: { data: coef, shape: [intercept.length, columns.cols] },
      intercept: { data: intercept, shape: [intercept.length] },
    },
    attributes: { names: columns.names ?? null, isVector },
  };
}

/**
 * The inverse of {@link savedFit}.
 * @param count of targets; any number without it
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function restoredFit(state: SavedState, count = -1): LinearFit {
  const coef = float64Tensor(state, 'coef', [count, -1], FINITE);
  const [targets, cols] = coef.shape as [number, number];
  const names = attribute(state, 'names', orNull(isNames)) ?? undefined;
  return {
    columns: { cols, names },
    isVector: attribute(state, 'isVector', isFlag),
    coef: coef.data,
    intercept: float64Tensor(state, 'intercept', [targets], FINITE).data,
  };
}

type Prediction = Float64Array | Matrix<Float64Array>;

/**
 * Prediction and score of models y = intercept + coef·x. `Out` is the type of predictions: narrower
 * for classes whose targets are always one number per row.
 */
export abstract class LinearModel<P extends object, F extends LinearFit, Out extends Prediction = Prediction>
  extends BaseEstimator<P>
  implements Regressor
{
  protected fitted: F | undefined;

  abstract fit<const Y extends TargetsFor<this>>(x: FeatureInput, y: Y): Promise<this>;

  /** Coefficients, [targets, columns]. */
  get coef(): Matrix<Float64Array> {
    const { coef, intercept, columns } = this.learned('coef');
    return new Matrix(coef.slice(), [intercept.length, columns.cols], columns.names);
  }

  /** One per target; 0 without `fitIntercept`. */
  get intercept(): Float64Array {
    return jsonList(this.learned('intercept').intercept.slice());
  }

  /**
   * intercept + coef·x, in float64.
   * @returns one number per row, or rows × targets if y had columns
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`
   */
  async predict(x: FeatureInput): Promise<Out> {
    return workInSlices(this.predicting(x));
  }

  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of numbers or an object of them by name. Same bits.
   */
  predictSync(x: FeatureInput | RowInput): Out {
    return workAtOnce(this.predicting(rowsOf(x) as FeatureInput));
  }

  private *predicting(x: FeatureInput): Work<Out> {
    const { columns, coef, intercept, isVector } = this.learned('predict');
    const features = readFeatures('X', x, columns);
    checkFiniteFeatures('X', features);
    const scores = yield* linearScores(features, coef, intercept);
    return (isVector ? scores.data : scores) as Out;
  }

  /** R² of the prediction, averaged over targets: 1 is perfect, 0 is no better than the mean. */
  async score(x: FeatureInput, y: TargetInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const { x: samples, y: truth } = separateTarget('X', x, y);
    const predicted: Prediction = await this.predict(samples);
    const values = 'shape' in predicted ? predicted : { data: predicted, shape: [predicted.length, 1] };
    return regressionScore(truth, values, options);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const fit = this.learned('toOnnx()');
    return OnnxTable.ofNumbers(writeLinear(graph, table.numbers(graph), fit), fit.intercept.length);
  }

  protected override fittedColumns(what: string): FittedColumns {
    return this.learned(what).columns;
  }

  protected learned(what: string): F {
    if (this.fitted === undefined) throw this.notFitted(what);
    return this.fitted;
  }
}
