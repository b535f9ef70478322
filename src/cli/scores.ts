/** Scores of predictions beside those of a baseline that looks at no column. */

import { Matrix } from '../core/matrix.js';
import type { Label } from '../estimators/base/labels.js';
import {
  accuracyScore,
  f1Score,
  logLoss,
  meanAbsoluteError,
  r2Score,
  rocAucScore,
  rootMeanSquaredError,
} from '../metrics/index.js';
import type { ModelScore } from './modelInfo.js';

/** Scores as people write them. */
export const SCORE_TITLES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  f1Macro: 'F1 (mean of classes)',
  rocAuc: 'ROC AUC',
  logLoss: 'log loss',
  r2: 'R²',
  rmse: 'RMSE',
  mae: 'MAE',
};

/** Scores of which less is better. */
export const isLoss = (name: string): boolean => ['logLoss', 'rmse', 'mae'].includes(name);

/** How often each value occurs. */
export function countsOf<T>(values: ArrayLike<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  return counts;
}

/** Predictions of classes, and their probabilities [rows, classes] if the model has any. */
export interface ClassPredictions {
  classes: readonly Label[];
  predicted: readonly Label[];
  probabilities?: Matrix<Float64Array> | undefined;
}

/**
 * @param y classes of the held-out rows
 * @param known classes of the rows that were trained on: the baseline is their most frequent one
 */
export function classificationScores(
  y: readonly Label[],
  { classes, predicted, probabilities }: ClassPredictions,
  known: readonly Label[],
): ModelScore[] {
  const byName = countsOf(known);
  const counts = classes.map((name) => byName.get(name) ?? 0);
  const most = classes[counts.indexOf(Math.max(...counts))]!;
  const always = y.map(() => most);
  const scores: ModelScore[] = [
    { name: 'accuracy', value: accuracyScore(y, predicted), baseline: accuracyScore(y, always) },
    { name: 'f1Macro', value: macroF1(y, predicted), baseline: macroF1(y, always) },
  ];
  if (probabilities === undefined) return scores;
  const normal = normalised(probabilities);
  const shares = counts.map((count) => count / known.length);
  const constant = { data: Float64Array.from(y.flatMap(() => shares)), shape: [y.length, classes.length] };
  if (classes.length === 2 && new Set(y).size === 2) {
    const value = rocAucScore(y, normal.column(1));
    scores.push({ name: 'rocAuc', value, baseline: 0.5 });
  }
  scores.push({
    name: 'logLoss',
    value: logLoss(y, normal, { labels: classes }),
    baseline: logLoss(y, constant, { labels: classes }),
  });
  return scores;
}

/** Outputs of a network are float32: their sum is 1 but for rounding, which a score would report. */
function normalised({ data, shape: [rows, cols] }: Matrix<Float64Array>): Matrix<Float64Array> {
  const result = new Matrix(Float64Array.from(data), [rows, cols]);
  for (let i = 0; i < rows; i++) {
    const row = result.data.subarray(i * cols, (i + 1) * cols);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, j) => {
      row[j] = value / sum;
    });
  }
  return result;
}

const macroF1 = (y: readonly Label[], predicted: readonly Label[]): number =>
  f1Score(y, predicted, { average: 'macro', zeroDivision: 0 });

/** @param known targets of the rows that were trained on: the baseline is their mean */
export function regressionScores(
  y: Float64Array,
  predicted: Float64Array,
  known: Float64Array,
): ModelScore[] {
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const always = new Float64Array(y.length).fill(mean);
  const both = (name: string, score: (y: Float64Array, p: Float64Array) => number): ModelScore => ({
    name,
    value: score(y, predicted),
    baseline: score(y, always),
  });
  return [
    both('r2', (a, b) => r2Score(a, b)),
    both('rmse', (a, b) => rootMeanSquaredError(a, b)),
    both('mae', (a, b) => meanAbsoluteError(a, b)),
  ];
}

/** Mean and standard deviation (n − 1) over folds. */
export function overFolds(folds: readonly (readonly ModelScore[])[]): ModelScore[] {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v / values.length, 0);
  return folds[0]!.flatMap(({ name }) => {
    const own = folds.map((scores) => scores.find((score) => score.name === name));
    if (own.includes(undefined)) return [];
    const values = own.map((score) => score!.value);
    const value = mean(values);
    const squares = values.reduce((sum, v) => sum + (v - value) ** 2, 0);
    return [
      {
        name,
        value,
        baseline: mean(own.map((s) => s!.baseline)),
        sd: Math.sqrt(squares / (values.length - 1)),
      },
    ];
  });
}
