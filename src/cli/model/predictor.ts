import type { Label } from '../../core/labels.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import type { DataTable } from '../../data/dataTable.js';
import type { ColumnType } from '../../estimators/onnx/table.js';

/** What a model takes. */
export interface ModelInputs {
  /** Undefined if the columns had no names in the fit. */
  names: readonly string[] | undefined;
  /** What each column holds; undefined for one that the model does not use. */
  types: readonly (ColumnType | undefined)[];
  /** Height, width and channels of images; undefined for rows. */
  imageShape: readonly number[] | undefined;
}

/** What a model says of rows. */
export interface Predicted {
  /** A class or a number per row, or rows × outputs. */
  predictions: readonly Label[] | Float64Array | Matrix;
  /** Rows × classes. */
  probabilities: Matrix | undefined;
}

/** A model that predicts, whatever it is. */
export interface Predictor {
  readonly inputs: ModelInputs;
  readonly task: 'classification' | 'regression';
  /** In the order of probabilities; undefined for a regression. */
  readonly classes: readonly Label[] | undefined;
  /**
   * @param proba whether probabilities are wanted; the model may have none
   * @throws SteepestError whatever the model throws
   */
  predict(x: DataTable | NdArray, proba: boolean): Promise<Predicted>;
}
