/** Scores of one output on rows held out for early stopping. */
import type { Features } from '../base/features.js';

export interface ScoredRows {
  features: Features;
  y: ArrayLike<number>;
  weights: Float64Array | undefined;
  rows: Uint32Array;
}

function scoreOf({ data, cols }: Features, row: number, coef: Float64Array, intercept: number): number {
  let sum = intercept;
  for (let j = 0; j < cols; j++) sum += coef[j]! * data[row * cols + j]!;
  return sum;
}

/** The share of the weight of rows whose score has the sign of their target. */
export function scoreOfSigns(
  { features, y, weights, rows }: ScoredRows,
  coef: Float64Array,
  intercept: number,
): number {
  let [right, total] = [0, 0];
  for (const row of rows) {
    const weight = weights?.[row] ?? 1;
    total += weight;
    if (scoreOf(features, row, coef, intercept) > 0 === y[row]! > 0) right += weight;
  }
  return right / total;
}

/** R². */
export function scoreOfNumbers(
  { features, y, weights, rows }: ScoredRows,
  coef: Float64Array,
  intercept: number,
): number {
  let [total, mean] = [0, 0];
  for (const row of rows) {
    const weight = weights?.[row] ?? 1;
    if (weight === 0) continue;
    total += weight;
    mean += ((y[row]! - mean) * weight) / total;
  }
  let [left, all] = [0, 0];
  for (const row of rows) {
    const weight = weights?.[row] ?? 1;
    left += weight * (y[row]! - scoreOf(features, row, coef, intercept)) ** 2;
    all += weight * (y[row]! - mean) ** 2;
  }
  return all > 0 ? 1 - left / all : left > 0 ? 0 : 1;
}
