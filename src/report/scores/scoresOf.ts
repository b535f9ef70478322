import { predictorIn } from '../judge/inside.js';
import type { Judged, JudgedClasses, JudgedValues } from '../judge/judged.js';
import { classScores } from './classes.js';
import { labelScores } from './labels.js';
import type { Scores } from './score.js';
import { aimOf, valueScores } from './values.js';

/** Targets of rows that a baseline learns from, as those that are judged have theirs. */
export type Reference =
  | Pick<JudgedClasses, 'kind' | 'truth'>
  | Pick<JudgedValues, 'kind' | 'truth'>
  | { kind: 'labels' };

/**
 * The scores of a model beside those of a baseline, in turns of the event loop.
 * @param train rows that the baseline learns from; without, the judged ones
 */
export async function scoresOf(judged: Judged, train: Reference | undefined, model: object): Promise<Scores> {
  if (judged.kind === 'classes') {
    return classScores(judged, train?.kind === 'classes' ? train.truth : undefined);
  }
  if (judged.kind === 'labels') return labelScores(judged);
  return valueScores(judged, train?.kind === 'values' ? train.truth : undefined, aimOf(predictorIn(model)));
}
