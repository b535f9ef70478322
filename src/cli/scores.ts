/** Scores of predictions beside those of a baseline that looks at no column. */

import { eachRange, type InParts, inSlices } from '../core/inParts.js';
import { Matrix } from '../core/matrix.js';
import { nextTurn } from '../core/nextTurn.js';
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
export async function classificationScores(
  y: readonly Label[],
  { classes, predicted, probabilities }: ClassPredictions,
  known: readonly Label[],
): Promise<ModelScore[]> {
  const byName = countsOf(known);
  const counts = classes.map((name) => byName.get(name) ?? 0);
  const most = classes[counts.indexOf(Math.max(...counts))]!;
  const always = y.map(() => most);
  const scores: ModelScore[] = [
    await both('accuracy', predicted, always, (p) => accuracyScore(y, p)),
    await both('f1Macro', predicted, always, (p) => macroF1(y, p)),
  ];
  if (probabilities === undefined) return scores;
  const normal = await inSlices(normalised(probabilities));
  if (classes.length === 2 && new Set(y).size === 2) {
    const value = rocAucScore(y, normal.column(1));
    scores.push({ name: 'rocAuc', value, baseline: 0.5 });
    await nextTurn();
  }
  const shares = counts.map((count) => count / known.length);
  const constant = await inSlices(repeated(shares, y.length));
  scores.push(await both('logLoss', normal, constant, (p) => logLoss(y, p, { labels: classes })));
  return scores;
}

/** A score and that of the baseline. Each takes a while for millions of rows. */
async function both<P>(
  name: string,
  predicted: P,
  always: P,
  score: (predicted: P) => number,
): Promise<ModelScore> {
  const value = score(predicted);
  await nextTurn();
  const baseline = score(always);
  await nextTurn();
  return { name, value, baseline };
}

/** A matrix of equal rows. */
function* repeated(row: readonly number[], rows: number): InParts<Matrix<Float64Array>> {
  const data = new Float64Array(rows * row.length);
  yield* eachRange(rows, (begin, end) => {
    for (let i = begin; i < end; i++) data.set(row, i * row.length);
  });
  return new Matrix(data, [rows, row.length]);
}

/** Outputs of a network are float32: their sum is 1 but for rounding, which a score would report. */
function* normalised({ data, shape: [rows, cols] }: Matrix<Float64Array>): InParts<Matrix<Float64Array>> {
  const result = new Float64Array(data.length);
  yield* eachRange(rows, (begin, end) => {
    for (let i = begin; i < end; i++) {
      let sum = 0;
      for (let at = i * cols; at < (i + 1) * cols; at++) sum += data[at]!;
      for (let at = i * cols; at < (i + 1) * cols; at++) result[at] = data[at]! / sum;
    }
  });
  return new Matrix(result, [rows, cols]);
}

const macroF1 = (y: readonly Label[], predicted: readonly Label[]): number =>
  f1Score(y, predicted, { average: 'macro', zeroDivision: 0 });

/** @param known targets of the rows that were trained on: the baseline is their mean */
export async function regressionScores(
  y: Float64Array,
  predicted: Float64Array,
  known: Float64Array,
): Promise<ModelScore[]> {
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const always = new Float64Array(y.length).fill(mean);
  return [
    await both('r2', predicted, always, (p) => r2Score(y, p)),
    await both('rmse', predicted, always, (p) => rootMeanSquaredError(y, p)),
    await both('mae', predicted, always, (p) => meanAbsoluteError(y, p)),
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
