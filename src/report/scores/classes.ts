import { nextTurn } from '../../core/nextTurn.js';
import {
  accuracyScore,
  averagePrecisionScore,
  f1Score,
  logLoss,
  recallScore,
  rocAucScore,
} from '../../metrics/index.js';
import { count, number, percent } from '../format.js';
import { type JudgedClasses, likelihood } from '../judge/judged.js';
import type { Score, Scores } from './score.js';

/** How often each class occurs. */
export function classCounts(truth: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < truth.length; i++) counts[truth[i]!]!++;
  return counts;
}

/** Classes with at least one row. */
const present = (counts: Float64Array): number => counts.reduce((sum, n) => sum + Number(n > 0), 0);

/**
 * Scores of a classifier. The baseline always predicts the most frequent class, with the shares of
 * the classes as probabilities.
 * @param reference classes of the rows that the baseline learns from; those of the test without
 */
export async function classScores(judged: JudgedClasses, reference: Int32Array | undefined): Promise<Scores> {
  const { truth, guess, names, known, rows } = judged;
  const prior = classCounts(reference ?? truth, names.length);
  const most = prior.indexOf(Math.max(...prior));
  const constant = new Int32Array(rows).fill(most);
  const kinds = present(classCounts(truth, names.length));
  const accuracy = accuracyScore(truth, guess);
  const usual = accuracyScore(truth, constant);
  const list: Score[] = [
    {
      metric: 'accuracy',
      name: 'Accuracy',
      value: accuracy,
      baseline: usual,
      text: percent,
      better: 'higher',
      meaning: `${count(Math.round(accuracy * rows))} of ${count(rows)} rows get the right class.`,
    },
  ];
  // Each of these reads all rows, and some sort them.
  const more = [
    () => (kinds > 1 ? [balanced(judged, kinds)] : []),
    () => (kinds > 1 ? [f1(judged, constant)] : []),
    () => areas(judged, kinds),
    () => averagePrecision(judged, kinds),
    () => losses(judged, prior),
  ];
  for (const scores of more) {
    await nextTurn();
    list.push(...scores());
  }
  const where = reference === undefined ? 'test' : 'training';
  return {
    list,
    baseline: `The baseline always predicts “${names[most]}”, the most frequent class of the ${where} rows${known > 0 && judged.proba !== undefined ? ', with the shares of the classes as probabilities' : ''}.`,
    summary: `The right class for ${percent(accuracy)} of ${count(rows)} test rows. Always predicting “${names[most]}” is right for ${percent(usual)}.`,
  };
}

function balanced({ truth, guess }: JudgedClasses, kinds: number): Score {
  // A class that is predicted but does not occur has no recall.
  const occurring = [...new Set(truth)].sort((a, b) => a - b);
  return {
    metric: 'balancedAccuracy',
    name: 'Balanced accuracy',
    value: recallScore(truth, guess, { average: 'macro', labels: occurring, zeroDivision: 0 }),
    baseline: 1 / kinds,
    text: percent,
    better: 'higher',
    meaning: 'The share of right rows in each class, averaged: rare classes count as much as frequent ones.',
  };
}

function f1({ truth, guess, names }: JudgedClasses, constant: Int32Array): Score {
  const options = names.length === 2 ? ({ posLabel: 1 } as const) : ({ average: 'macro' } as const);
  const of = (predicted: Int32Array): number => f1Score(truth, predicted, { ...options, zeroDivision: 0 });
  return {
    metric: names.length === 2 ? 'f1' : 'f1Macro',
    name: names.length === 2 ? `F1 of “${names[1]}”` : 'F1, mean of classes',
    value: of(guess),
    baseline: of(constant),
    text: number,
    better: 'higher',
    meaning:
      names.length === 2
        ? `The harmonic mean of precision and recall for “${names[1]}”: 1 is perfect.`
        : 'The harmonic mean of precision and recall in each class, averaged: 1 is perfect.',
  };
}

/** Areas under the curves; with more than two classes each against the rest, averaged. */
function areas(judged: JudgedClasses, kinds: number): Score[] {
  const { truth, names, known, rows } = judged;
  if (kinds < 2) return [];
  const ofClass = (k: number): number | undefined => {
    const score = likelihood(judged, k);
    const hits = Uint8Array.from(truth, (code) => Number(code === k));
    const positives = hits.reduce((sum, hit) => sum + hit, 0);
    return score === undefined || positives === 0 || positives === rows
      ? undefined
      : rocAucScore(hits, score);
  };
  const each = known === 2 ? [ofClass(1)] : Array.from({ length: known }, (_, k) => ofClass(k));
  const given = each.filter((area) => area !== undefined);
  if (given.length === 0) return [];
  const isBinary = known === 2;
  const auc: Score = {
    metric: isBinary ? 'rocAuc' : 'rocAucOvr',
    name: isBinary ? 'ROC AUC' : 'ROC AUC, mean of classes',
    value: given.reduce((sum, area) => sum + area, 0) / given.length,
    baseline: 0.5,
    text: number,
    better: 'higher',
    meaning: isBinary
      ? `The chance that a row of “${names[1]}” scores above one of “${names[0]}”.`
      : 'The chance that a row of a class scores above one of the rest, for that class; averaged.',
  };
  return [auc];
}

/** Of two classes, if both occur and have scores. */
function averagePrecision(judged: JudgedClasses, kinds: number): Score[] {
  const { truth, names, rows, known } = judged;
  const scores = likelihood(judged, 1);
  const hits = Uint8Array.from(truth, (code) => Number(code === 1));
  const positives = hits.reduce((sum, hit) => sum + hit, 0);
  if (known > 2 || kinds < 2 || scores === undefined || positives === 0) return [];
  return [
    {
      metric: 'averagePrecision',
      name: 'Average precision',
      value: averagePrecisionScore(hits, scores),
      baseline: positives / rows,
      text: number,
      better: 'higher',
      meaning: `The precision for “${names[1]}”, averaged over all recalls: 1 is perfect.`,
    },
  ];
}

/** The loss of the probabilities, if there are any and no row has a class that has none. */
function losses({ truth, proba, known, rows }: JudgedClasses, prior: Float64Array): Score[] {
  if (proba === undefined || truth.some((code) => code >= known)) return [];
  const labels = Array.from({ length: known }, (_, k) => k);
  const of = (data: Float64Array): number => logLoss(truth, { data, shape: [rows, known] }, { labels });
  const total = prior.subarray(0, known).reduce((sum, n) => sum + n, 0);
  const shares = Float64Array.from({ length: rows * known }, (_, at) => prior[at % known]! / total);
  return [
    {
      metric: 'logLoss',
      name: 'Log loss',
      value: of(proba),
      baseline: total > 0 ? of(shares) : undefined,
      text: number,
      better: 'lower',
      meaning: 'What the probabilities are worth: confident mistakes cost most, 0 is perfect.',
    },
  ];
}
