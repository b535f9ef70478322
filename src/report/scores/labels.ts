import { accuracyScore, f1Score, rocAucScore } from '../../metrics/index.js';
import { count, counted, number, percent } from '../format.js';
import { columnOf, type JudgedLabels } from '../judge/judged.js';
import type { Score, Scores } from './score.js';

/** What is said of one label. */
export interface LabelScores {
  name: string;
  share: number;
  accuracy: number;
  baseline: number;
  f1: number;
  /** Undefined if all rows have the label, or none. */
  auc: number | undefined;
}

/** Scores of each label. */
export function eachLabel({ truth, guess, proba, names, rows }: JudgedLabels): LabelScores[] {
  return names.map((name, j) => {
    const [is, said] = [columnOf(truth, j, names.length), columnOf(guess, j, names.length)];
    const share = is.reduce((sum, value) => sum + value, 0) / rows;
    const isMixed = share > 0 && share < 1;
    return {
      name,
      share,
      accuracy: accuracyScore(is, said),
      baseline: Math.max(share, 1 - share),
      f1: f1Score(is, said, { posLabel: 1, zeroDivision: 0 }),
      auc: isMixed ? rocAucScore(is, columnOf(proba, j, names.length)) : undefined,
    };
  });
}

/** Scores of a model whose rows may have several labels, averaged over the labels. */
export function labelScores(judged: JudgedLabels): Scores {
  const { truth, guess, names, rows } = judged;
  const labels = eachLabel(judged);
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const isWhole = (i: number): boolean =>
    names.every((_, j) => truth[i * names.length + j] === guess[i * names.length + j]);
  const whole = Array.from({ length: rows }, (_, i) => Number(isWhole(i)));
  const areas = labels.flatMap(({ auc }) => (auc === undefined ? [] : [auc]));
  const accuracy = mean(labels.map((label) => label.accuracy));
  const usual = mean(labels.map(({ baseline }) => baseline));
  const list: Score[] = [
    {
      metric: 'accuracyMacro',
      name: 'Accuracy, mean of labels',
      value: accuracy,
      baseline: usual,
      text: percent,
      better: 'higher',
      meaning: 'The share of rows for which a label is rightly given or left out, averaged.',
    },
    {
      metric: 'accuracyOfRows',
      name: 'Rows without a mistake',
      value: mean(whole),
      baseline: undefined,
      text: percent,
      better: 'higher',
      meaning: `${count(mean(whole) * rows)} of ${count(rows)} rows get exactly their labels.`,
    },
    {
      metric: 'f1Macro',
      name: 'F1, mean of labels',
      value: mean(labels.map(({ f1 }) => f1)),
      baseline: undefined,
      text: number,
      better: 'higher',
      meaning: 'The harmonic mean of precision and recall of each label, averaged: 1 is perfect.',
    },
  ];
  if (areas.length > 0) {
    list.push({
      metric: 'rocAucMacro',
      name: 'ROC AUC, mean of labels',
      value: mean(areas),
      baseline: 0.5,
      text: number,
      better: 'higher',
      meaning: 'The chance that a row with a label scores above one without it; averaged.',
    });
  }
  return {
    list,
    baseline: 'The baseline gives each label to all rows or to none, whichever is right more often.',
    summary: `${counted(names.length, 'label')}, each right for ${percent(accuracy)} of ${count(rows)} test rows on average. Giving each to all rows or to none is right for ${percent(usual)}.`,
  };
}
