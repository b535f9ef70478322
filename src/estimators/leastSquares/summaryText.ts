import { alignColumns } from '../../core/alignColumns.js';
import type { NdArray } from '../../core/ndarray.js';
import type { Inference, PerParameter } from './inference.js';

/** Digits shown; the numbers themselves have all. */
export const digits = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4)
    ? value.toExponential(4)
    : value.toPrecision(6);

const pick = ({ coef, intercept }: PerParameter, k: number, j: number): number =>
  j < 0 ? intercept[k]! : coef.data[k * coef.shape[1]! + j]!;

/** Titles and statistics of a printed table. */
export type Statistics = readonly (readonly [title: string, values: PerParameter])[];

/** Statistics of the parameters of output k as an aligned table; they begin with the estimates. */
export function parameterTable(
  statistics: Statistics,
  k: number,
  hasIntercept: boolean,
  names: readonly string[] | undefined,
): string {
  const cols = statistics[0]![1].coef.shape[1]!;
  const rows: string[][] = [];
  for (let j = hasIntercept ? -1 : 0; j < cols; j++) {
    const name = j < 0 ? '(intercept)' : (names?.[j] ?? `x${j}`);
    rows.push([name, ...statistics.map(([, values]) => digits(pick(values, k, j)))]);
  }
  const align = statistics.map(() => 'right' as const);
  return alignColumns(['', ...statistics.map(([title]) => title)], rows, ['left', ...align]);
}

/** Parameters with standard errors, t-values and p-values, one table per target. */
export function summaryText(
  inference: Inference,
  coef: NdArray<Float64Array>,
  intercept: Float64Array,
  names: readonly string[] | undefined,
): string {
  const { standardErrors, tValues, pValues, residualDf, residualStandardError, rSquared } = inference;
  const hasIntercept = !Number.isNaN(standardErrors.intercept[0]);
  const statistics: Statistics = [
    ['estimate', { coef, intercept }],
    ['standard error', standardErrors],
    ['t', tValues],
    ['P(>|t|)', pValues],
  ];
  const parts: string[] = [];
  for (let k = 0; k < intercept.length; k++) {
    if (intercept.length > 1) parts.push(`target ${k}`);
    parts.push(
      parameterTable(statistics, k, hasIntercept, names),
      `residual standard error ${digits(residualStandardError[k]!)} on ${residualDf} degrees of freedom, R² ${digits(rSquared[k]!)}`,
    );
  }
  return parts.join('\n');
}
