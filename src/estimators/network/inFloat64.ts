import { Matrix } from '../../core/matrix.js';
import { jsonList, type NdArray } from '../../core/ndarray.js';

/** A network's outputs as estimators give them: rows × outputs. */
export const inFloat64 = ({ data, shape }: NdArray<Float32Array>): Matrix<Float64Array> => {
  const [rows = 0] = shape;
  return new Matrix(jsonList(Float64Array.from(data)), [rows, rows === 0 ? 0 : data.length / rows]);
};
