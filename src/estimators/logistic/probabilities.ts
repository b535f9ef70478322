import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';

/** σ(z) without overflow, and 1 − σ(z) without cancellation. */
function sigmoidPair(z: number): readonly [zero: number, one: number] {
  const t = Math.exp(-Math.abs(z));
  const likely = 1 / (1 + t);
  const unlikely = t / (1 + t);
  return z < 0 ? [likely, unlikely] : [unlikely, likely];
}

/**
 * Class probabilities from scores, rows × outputs: the logistic function for one output, softmax
 * for more.
 * @param columnNames of the classes, if they have names
 */
export function probabilities(
  { data, shape }: NdArray<Float64Array>,
  columnNames?: readonly string[],
): Matrix<Float64Array> {
  const [rows, outputs] = shape as [number, number];
  if (outputs === 1) {
    const both = new Float64Array(rows * 2);
    for (let r = 0; r < rows; r++) both.set(sigmoidPair(data[r]!), r * 2);
    return new Matrix(both, [rows, 2], columnNames);
  }
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += outputs) {
    let most = data[at]!;
    for (let k = 1; k < outputs; k++) most = Math.max(most, data[at + k]!);
    let sum = 0;
    for (let k = 0; k < outputs; k++) {
      out[at + k] = Math.exp(data[at + k]! - most);
      sum += out[at + k]!;
    }
    for (let k = 0; k < outputs; k++) out[at + k] = out[at + k]! / sum;
  }
  return new Matrix(out, [rows, outputs], columnNames);
}
