/**
 * Numbers with a fraction are not classes. As in scikit-learn 1.9, everything that needs classes
 * refuses them.
 */
import { describe, expect, it } from 'vitest';
import {
  crossValidate,
  LabelEncoder,
  LogisticRegression,
  MLPClassifier,
  metrics,
  StratifiedKFold,
  trainTestSplit,
} from '#steepest/index.js';

const continuous = [0.5, 1.5, 0.5, 1.5, 0.5, 1.5];
const whole = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0];
const proba = [0.2, 0.8, 0.3, 0.6, 0.4, 0.7];
const x = proba.map((p) => [p]);
const quick = { hiddenLayerSizes: [2], maxIter: 1 };

type Score = (truth: number[], guess: number[]) => unknown;
const OF_CLASSES: Record<string, Score> = {
  accuracyScore: metrics.accuracyScore,
  balancedAccuracyScore: metrics.balancedAccuracyScore,
  precisionScore: (truth, guess) => metrics.precisionScore(truth, guess, { average: 'macro' }),
  recallScore: (truth, guess) => metrics.recallScore(truth, guess, { average: 'macro' }),
  f1Score: (truth, guess) => metrics.f1Score(truth, guess, { average: 'macro' }),
  confusionMatrix: metrics.confusionMatrix,
  classificationReport: metrics.classificationReport,
  matthewsCorrcoef: metrics.matthewsCorrcoef,
  cohenKappaScore: metrics.cohenKappaScore,
};
const OF_PROBABILITIES: Record<string, (truth: number[]) => unknown> = {
  rocAucScore: (truth) => metrics.rocAucScore(truth, proba),
  rocCurve: (truth) => metrics.rocCurve(truth, proba, { posLabel: 2 }),
  precisionRecallCurve: (truth) => metrics.precisionRecallCurve(truth, proba, { posLabel: 2 }),
  averagePrecisionScore: (truth) => metrics.averagePrecisionScore(truth, proba, { posLabel: 2 }),
  logLoss: (truth) => metrics.logLoss(truth, proba),
  d2LogLossScore: (truth) => metrics.d2LogLossScore(truth, proba),
  brierScoreLoss: (truth) => metrics.brierScoreLoss(truth, proba),
  d2BrierScore: (truth) => metrics.d2BrierScore(truth, proba),
  topKAccuracyScore: (truth) => metrics.topKAccuracyScore(truth, proba, { k: 1 }),
};
const ESTIMATORS: Record<string, (y: number[]) => Promise<unknown>> = {
  LogisticRegression: (y) => new LogisticRegression().fit(x, y),
  MLPClassifier: (y) => new MLPClassifier(quick).fit(x, y),
  'MLPClassifier.partialFit': (y) => new MLPClassifier(quick).partialFit(x, y, { classes: [...new Set(y)] }),
  StratifiedKFold: async (y) => new StratifiedKFold({ nSplits: 2 }).split(x, y),
  crossValidate: (y) => crossValidate(new LogisticRegression(), x, y, { cv: 2 }),
};

const refusal = { code: 'ERR_ARGUMENT', given: expect.stringMatching(/^0\.5 at row 0, as continuous/) };
const forms: [string, (list: number[]) => number[]][] = [
  ['a list', (list) => list],
  ['a typed array', (list) => Float64Array.from(list) as unknown as number[]],
  ['{ data, shape }', (list) => ({ data: Float32Array.from(list), shape: [list.length] }) as never],
];

describe.each(forms)('continuous targets in %s', (_, form) => {
  it.each(Object.keys(OF_CLASSES))('%s', (name) => {
    const score = OF_CLASSES[name]!;
    for (const [truth, guess] of [
      [continuous, continuous],
      [whole, continuous],
      [continuous, whole],
    ] as const) {
      expect(() => score(form([...truth]), form([...guess]))).toThrow(expect.objectContaining(refusal));
    }
    expect(() => score(form(whole), form(whole))).not.toThrow();
  });

  it.each(Object.keys(OF_PROBABILITIES))('%s', (name) => {
    expect(() => OF_PROBABILITIES[name]!(form(continuous))).toThrow(expect.objectContaining(refusal));
    expect(() => OF_PROBABILITIES[name]!(form(whole))).not.toThrow();
  });
});

it.each(Object.keys(ESTIMATORS))('%s refuses them, and takes 1.0 and 2.0', async (name) => {
  await expect(ESTIMATORS[name]!(continuous)).rejects.toMatchObject(refusal);
  await expect(ESTIMATORS[name]!(whole)).resolves.toBeDefined();
});

it('what only groups equal values takes them', async () => {
  expect((await new LabelEncoder().fit(continuous)).classes).toEqual([0.5, 1.5]);
  const [, test] = trainTestSplit(continuous, { stratify: continuous, testSize: 2 });
  expect([...test].sort()).toEqual([0.5, 1.5]);
});
