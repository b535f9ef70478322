import { Matrix } from '../../core/matrix.js';
import type { ResolvedModel } from '../compile/model.js';

/** A model's outputs as users get them: a column with one class each has its name. */
export function outputMatrix(
  { classes, outputCols, outputShape }: ResolvedModel,
  data: Float32Array,
  rows: number,
): Matrix<Float32Array> {
  const names = outputShape.length === 1 && classes?.length === outputCols ? classes : undefined;
  return new Matrix(data, [rows, ...outputShape], names);
}
