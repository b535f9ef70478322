import { Matrix } from '../../core/matrix.js';

const OF_SCORE = {
  logLoss: (score: number): number => 1 / (1 + Math.exp(-score)),
  /**
   * (Zhang & Oles 2001, "Text categorization based on regularized linear classification methods")
   */
  modifiedHuber: (score: number): number => (Math.max(-1, Math.min(1, score)) + 1) / 2,
};

/**
 * Probabilities of classes from scores of each against all others: divided by their sum; equal
 * where all are 0.
 * @param scores rows × outputs; one output is the second of two classes
 */
export function oneVersusAll(
  { data, rows, columns }: Matrix<Float64Array>,
  loss: keyof typeof OF_SCORE,
  columnNames: readonly string[] | undefined,
): Matrix<Float64Array> {
  const of = OF_SCORE[loss];
  if (columns === 1) {
    const both = Float64Array.from({ length: rows * 2 }, (_, i) => {
      const score = data[i >> 1]!;
      // 1 minus the other's would lose the digits of a small one.
      return of(i % 2 === 1 ? score : -score);
    });
    return new Matrix(both, [rows, 2], columnNames);
  }
  const out = data.map(of);
  for (let at = 0; at < out.length; at += columns) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += out[at + k]!;
    for (let k = 0; k < columns; k++) out[at + k] = sum > 0 ? out[at + k]! / sum : 1 / columns;
  }
  return new Matrix(out, [rows, columns], columnNames);
}
