/** Scores of a fitted model: those of its report. */

import { learnsClasses } from '../../estimators/network/networkTask.js';
import { isNetwork } from '../../report/judge/inside.js';
import { judge } from '../../report/judge/judge.js';
import type { Judged } from '../../report/judge/judged.js';
import type { Scores } from '../../report/scores/score.js';
import { type Reference, scoresOf as scoresOfJudged } from '../../report/scores/scoresOf.js';
import { answered, type Dataset, labelsIn, type Problem } from './dataset.js';
import type { Fitted } from './learner.js';

/**
 * @param held rows that the model has not seen
 * @param trained rows that it has learned from: their targets alone make the baseline
 */
export async function scoresOf(
  fitted: Fitted,
  problem: Problem,
  held: Dataset,
  trained: Dataset,
): Promise<Scores> {
  const judged = await judgedBy(fitted, problem, held);
  return scoresOfJudged(judged, referenceOf(judged, trained), fitted.model);
}

async function judgedBy({ model, predict }: Fitted, problem: Problem, held: Dataset): Promise<Judged> {
  const [x, y] = answered(held, problem);
  const names = problem.classes?.map(String);
  if (!isNetwork(model)) return judge(model, x, y, { classes: undefined, targets: undefined });
  if (names === undefined || learnsClasses(model))
    return judge(model, x, y, { classes: names, targets: undefined });
  // A network of one's own may have a loss of values for classes.
  const codesOf = (labels: ArrayLike<unknown>): Int32Array =>
    Int32Array.from(labels, (label) => names.indexOf(String(label)));
  const guess = codesOf(await predict(held.x));
  const { rows } = held;
  const truth = codesOf(held.y);
  return {
    kind: 'classes',
    rows,
    names,
    known: names.length,
    truth,
    guess,
    proba: undefined,
    scores: undefined,
  };
}

/** The targets of the training as the judged rows have theirs. */
function referenceOf(judged: Judged, trained: Dataset): Reference {
  if (judged.kind === 'labels') return { kind: 'labels' };
  if (judged.kind === 'values') return { kind: 'values', truth: trained.y as Float64Array };
  const codes = new Map(judged.names.map((name, code) => [name, code]));
  return { kind: 'classes', truth: Int32Array.from(labelsIn(trained), (label) => codes.get(String(label))!) };
}
