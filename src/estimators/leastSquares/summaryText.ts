import { alignColumns } from '../../core/alignColumns.js';
import type { NdArray } from '../../core/ndarray.js';
import type { Inference, PerParameter } from './inference.js';

/** Digits shown; the numbers themselves have all. */
export const digits = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4)
    ? value.toExponential(4)
    : value.toPrecision(6);

export const pick = ({ coef, intercept }: PerParameter, k: number, j: number): number =>
  j < 0 ? intercept[k]! : coef.data[k * coef.shape[1]! + j]!;

/** Parameters with standard errors, t-values and p-values, one table per target. */
export function summaryText(
  inference: Inference,
  coef: NdArray<Float64Array>,
  intercept: Float64Array,
  names: readonly string[] | undefined,
): string {
  const [targets, cols] = coef.shape as [number, number];
  const { standardErrors, tValues, pValues, residualDf, residualStandardError, rSquared } = inference;
  const hasIntercept = !Number.isNaN(standardErrors.intercept[0]);
  const parts: string[] = [];
  for (let k = 0; k < targets; k++) {
    const rows: string[][] = [];
    for (let j = hasIntercept ? -1 : 0; j < cols; j++) {
      const values = [pick({ coef, intercept }, k, j), pick(standardErrors, k, j), pick(tValues, k, j)];
      const name = j < 0 ? '(intercept)' : (names?.[j] ?? `x${j}`);
      rows.push([name, ...values.map(digits), digits(pick(pValues, k, j))]);
    }
    if (targets > 1) parts.push(`target ${k}`);
    parts.push(
      alignColumns(['', 'estimate', 'standard error', 't', 'P(>|t|)'], rows, [
        'left',
        'right',
        'right',
        'right',
        'right',
      ]),
      `residual standard error ${digits(residualStandardError[k]!)} on ${residualDf} degrees of freedom, R² ${digits(rSquared[k]!)}`,
    );
  }
  return parts.join('\n');
}
