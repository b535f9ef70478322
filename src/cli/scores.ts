/** Scores as the commands print and write them: those of `steepest/report`, beside a baseline. */

import { type Align, alignColumns } from '../core/alignColumns.js';
import type { Score, Scores } from '../report/scores/score.js';
import type { ModelScore } from './modelInfo.js';

/** A score, or over the folds of a cross-validation its mean. */
export interface CommandScore extends Score {
  /** Over folds: the standard deviation, with n − 1. */
  sd?: number;
}

/** Scores, and what the baseline does. */
export interface CommandScores {
  list: readonly CommandScore[];
  baseline: string;
}

/** R² of the mean is 0 but for rounding. */
const ROUNDING = 1e-12;

/**
 * An aligned table with a row per score, and what the baseline is.
 * @param head of the column of values
 */
export function scoreText({ list, baseline }: CommandScores, head: string): string {
  const cells = list.map((score) => [score.name, valueText(score), baselineText(score), score.better]);
  const align: Align[] = ['left', 'right', 'right', 'left'];
  return `${alignColumns(['score', head, 'baseline', 'better'], cells, align)}\n\n${baseline}\n`;
}

function cell(value: number, text: Score['text']): string {
  return text(Math.abs(value) < ROUNDING ? 0 : value).replaceAll('\u00a0', ' ');
}

function valueText({ value, sd, text }: CommandScore): string {
  return sd === undefined ? cell(value, text) : `${cell(value, text)} ± ${cell(sd, text)}`;
}

const baselineText = ({ baseline, text }: CommandScore): string =>
  baseline === undefined ? '–' : cell(baseline, text);

/** Scores as JSON. */
export const plainScores = ({ list }: CommandScores): ModelScore[] =>
  list.map(({ metric, name, value, baseline, better, sd }) => ({
    name: metric,
    title: name,
    value,
    ...(baseline === undefined ? {} : { baseline }),
    better,
    ...(sd === undefined ? {} : { sd }),
  }));

/** Mean and standard deviation (n − 1) over folds, of the scores that all of them have. */
export function overFolds(folds: readonly Scores[]): CommandScores {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v / values.length, 0);
  const list = folds[0]!.list.flatMap((score): CommandScore[] => {
    const own = folds.flatMap((fold) => fold.list.filter(({ name }) => name === score.name));
    if (own.length < folds.length) return [];
    const values = own.map(({ value }) => value);
    const value = mean(values);
    const squares = values.reduce((sum, v) => sum + (v - value) ** 2, 0);
    const baselines = own.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline]));
    const baseline = baselines.length < folds.length ? undefined : mean(baselines);
    return [{ ...score, value, baseline, sd: Math.sqrt(squares / (folds.length - 1)) }];
  });
  // Another class may be the most frequent one of another fold.
  const words = new Set(folds.map(({ baseline }) => baseline));
  return { list, baseline: words.size === 1 ? folds[0]!.baseline : [...words].join('\n') };
}
