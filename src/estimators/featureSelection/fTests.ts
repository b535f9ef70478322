import type { InParts } from '../../core/inParts.js';
import { groupMoments } from '../preprocessing/targetMeans.js';
import { fSurvival } from './fDistribution.js';

/** Scores of one column: how far it differs between classes, or follows a target. */
export interface ColumnScore {
  score: number;
  /** NaN for a score that is no test. */
  pvalue: number;
}

/**
 * One-way analysis of variance: the variance between the means of classes, relative to the variance
 * within classes.
 * @param codes the class of each row, from 0 to classes − 1
 */
export function* fOfClasses(values: Float64Array, codes: Int32Array, classes: number): InParts<ColumnScore> {
  const oneFold = new Uint32Array(values.length);
  const [moments] = yield* groupMoments({ kind: 'numbers', values }, codes, classes, oneFold, 1);
  const { n, mean, squares } = moments!;
  const rows = values.length;
  let middle = 0;
  for (let k = 0; k < classes; k++) middle += (n[k]! / rows) * mean[k]!;
  let between = 0;
  let within = 0;
  for (let k = 0; k < classes; k++) {
    between += n[k]! * (mean[k]! - middle) ** 2;
    within += squares[k]!;
  }
  const score = between / (classes - 1) / (within / (rows - classes));
  return { score, pvalue: fSurvival(score, classes - 1, rows - classes) };
}

/** Relative to the first number, so that large means lose no digits. */
export function meanOf(values: Float64Array): number {
  const shift = values[0]!;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - shift;
  return shift + sum / values.length;
}

/**
 * F test of a linear regression on one column: r² / (1 − r²) · (n − 2). A constant column or target
 * has the score 0; a perfect correlation has the largest number, as in scikit-learn.
 * @param y the target, less its mean
 */
export function fOfRegression(values: Float64Array, y: Float64Array): ColumnScore {
  const rows = values.length;
  const mean = meanOf(values);
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const distance = values[i]! - mean;
    xx += distance * distance;
    xy += distance * y[i]!;
    yy += y[i]! * y[i]!;
  }
  const square = (xy / Math.sqrt(xx) / Math.sqrt(yy)) ** 2;
  const df = rows - 2;
  const score = (square / (1 - square)) * df;
  if (Number.isNaN(score) || xx === 0 || yy === 0) return { score: 0, pvalue: 1 };
  if (score === Number.POSITIVE_INFINITY || score < 0) return { score: Number.MAX_VALUE, pvalue: 0 };
  return { score, pvalue: fSurvival(score, 1, df) };
}
