import { SteepestError } from '../../core/errors.js';
import { eachRange, type InParts } from '../../core/inParts.js';
import { show } from '../../core/show.js';
import { normalTwoSided } from '../base/normalTail.js';
import { logGamma } from './fDistribution.js';
import type { ColumnScore } from './fTests.js';

/**
 * The probability that a chi-squared number with `df` degrees of freedom exceeds x: the regularised
 * incomplete gamma function Q(df/2, h) at h = x/2, which for whole df is a sum of positive terms
 * h^a·e^−h / Γ(a + 1), a < df/2 (Abramowitz & Stegun 26.4.4 and 26.4.5).
 */
export function chiSquareSurvival(x: number, df: number): number {
  if (Number.isNaN(x) || df < 1) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const half = x / 2;
  const first = df % 2 === 1 ? 0.5 : 0;
  const last = df / 2 - 1;
  const rest = first === 0 ? 0 : normalTwoSided(Math.sqrt(x));
  if (last < first) return rest;
  // From the largest term, which does not underflow where the sum does not.
  const top = Math.min(last, first + Math.floor(Math.max(0, half - first)));
  const largest = Math.exp(top * Math.log(half) - half - logGamma(top + 1));
  let sum = largest;
  for (let a = top + 1, term = largest; a <= last; a++) {
    term *= half / a;
    sum += term;
  }
  for (let a = top, term = largest; a > first; a--) {
    term *= a / half;
    sum += term;
  }
  return Math.min(1, sum + rest);
}

/**
 * Chi-squared test of counts: do the sums of a column over classes differ from what the sizes of
 * the classes let expect? Σ (observed − expected)² / expected over classes. A column of zeros has none.
 * @param values counts or other frequencies, none of them negative
 * @param codes the class of each row, from 0 to classes − 1
 */
export function* chi2OfClasses(
  values: Float64Array,
  codes: Int32Array,
  classes: number,
): InParts<ColumnScore> {
  const observed = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  yield* eachRange(values.length, (begin, end) => {
    for (let i = begin; i < end; i++) {
      observed[codes[i]!]! += values[i]!;
      sizes[codes[i]!]!++;
    }
  });
  const total = observed.reduce((sum, value) => sum + value, 0);
  let score = 0;
  for (let k = 0; k < classes; k++) {
    const expected = (sizes[k]! / values.length) * total;
    const distance = observed[k]! - expected;
    // Not squared first: a square may overflow.
    score += distance * (distance / expected);
  }
  return { score, pvalue: chiSquareSurvival(score, classes - 1) };
}

/** @throws SteepestError `ERR_ARGUMENT` for a negative number, which is no frequency */
export function checkFrequencies(data: ArrayLike<number>, cols: number, names?: readonly string[]): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i]! >= 0) continue;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'X with numbers of at least 0 for chi2, which compares frequencies',
      given: `${data[i]} at row ${Math.floor(i / cols)}, column ${show(names?.[i % cols] ?? i % cols)}`,
      hint: "Use scoreFunc 'fClassif' or 'mutualInfoClassif' for such columns.",
    });
  }
}
