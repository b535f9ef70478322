import type { PerParameter } from '../leastSquares/inference.js';
import { parameterTable } from '../leastSquares/summaryText.js';
import type { GlmInference } from './inference.js';

const percent = (level: number): string => `${Number((100 * level).toPrecision(6))} %`;

/**
 * The statistics of one row of parameters as an aligned table.
 * @param ratio e to the power of each parameter, and their title
 */
export function coefficientTable(
  inference: GlmInference,
  k: number,
  names: readonly string[] | undefined,
  ratio: readonly [title: string, values: PerParameter],
): string {
  const { estimates, standardErrors, zValues, pValues, confidenceIntervals, level } = inference;
  const { lower, upper } = confidenceIntervals;
  const hasIntercept = !Number.isNaN(standardErrors.intercept[k]);
  return parameterTable(
    [
      ['estimate', estimates],
      ['standard error', standardErrors],
      ['z', zValues],
      ['P(>|z|)', pValues],
      [`${percent(level)} from`, lower],
      ['to', upper],
      ratio,
    ],
    k,
    hasIntercept,
    names,
  );
}
