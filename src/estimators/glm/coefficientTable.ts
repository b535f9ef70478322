import { alignColumns } from '../../core/alignColumns.js';
import { digits, pick } from '../leastSquares/summaryText.js';
import type { GlmInference } from './inference.js';

/** Column titles of an exponential, such as "odds ratio". */
const HEAD = ['', 'estimate', 'standard error', 'z', 'P(>|z|)'];
const percent = (level: number): string => `${Number((100 * level).toPrecision(6))} %`;

/**
 * The statistics of one row of parameters as an aligned table.
 * @param ratio the title of a column of e to the power of each parameter; without it there is none
 */
export function coefficientTable(
  inference: GlmInference,
  k: number,
  names: readonly string[] | undefined,
  ratio?: string,
): string {
  const { estimates, standardErrors, zValues, pValues, confidenceIntervals, level } = inference;
  const { lower, upper } = confidenceIntervals;
  const hasIntercept = !Number.isNaN(standardErrors.intercept[k]);
  const rows: string[][] = [];
  for (let j = hasIntercept ? -1 : 0; j < estimates.coef.shape[1]!; j++) {
    const parts = [estimates, standardErrors, zValues, pValues, lower, upper];
    const values = parts.map((of) => pick(of, k, j));
    if (ratio !== undefined) values.push(Math.exp(values[0]!));
    rows.push([j < 0 ? '(intercept)' : (names?.[j] ?? `x${j}`), ...values.map(digits)]);
  }
  const head = [...HEAD, `${percent(level)} from`, 'to', ...(ratio === undefined ? [] : [ratio])];
  return alignColumns(
    head,
    rows,
    head.map((_, i) => (i === 0 ? 'left' : 'right')),
  );
}
