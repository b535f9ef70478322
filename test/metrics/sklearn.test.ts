import { metrics } from 'steepest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFixture } from '../support/fixtures.js';

type Json = null | number | string | boolean | Json[] | { [key: string]: Json };
type ScoreName = Exclude<keyof typeof metrics, never>;

interface Case {
  score: ScoreName;
  yTrue: string;
  yOther: string;
  options: Record<string, Json>;
  value: Json;
  warns: boolean;
}

const { arrays, cases } = readFixture<{ arrays: Json[]; cases: Record<string, Case[]> }>('scores');

/** Places of arrays and words for numbers become what they stand for. */
function revive(value: Json): unknown {
  if (typeof value === 'string') {
    if (value.startsWith('@')) return arrays[Number(value.slice(1))];
    return ['NaN', 'Infinity', '-Infinity'].includes(value) ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(revive);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
  }
  return value;
}

/** What scikit-learn's result would look like: lists of numbers, dictionaries by its own names. */
function asSklearn(score: ScoreName, result: unknown): unknown {
  if (score === 'confusionMatrix') {
    const { data, shape } = result as metrics.ConfusionMatrix;
    return Array.from({ length: shape[0]! }, (_, i) => [
      ...data.subarray(i * shape[1]!, (i + 1) * shape[1]!),
    ]);
  }
  if (score === 'rocCurve') {
    const { fpr, tpr, thresholds } = result as metrics.RocCurve;
    return [fpr, tpr, thresholds].map((values) => [...values]);
  }
  if (score === 'precisionRecallCurve') {
    const { precision, recall, thresholds } = result as metrics.PrecisionRecallCurve;
    return [precision, recall, thresholds].map((values) => [...values]);
  }
  if (score === 'classificationReport') return reportAsSklearn(result as metrics.ClassificationReport);
  return result instanceof Float64Array ? [...result] : result;
}

function reportAsSklearn(report: metrics.ClassificationReport): Record<string, unknown> {
  const row = (r: metrics.ReportRow) => ({
    precision: r.precision,
    recall: r.recall,
    'f1-score': r.f1Score,
    support: r.support,
  });
  return {
    ...Object.fromEntries(report.classes.map((one) => [one.name, row(one)])),
    ...(report.accuracy === undefined ? {} : { accuracy: report.accuracy }),
    ...(report.microAverage === undefined ? {} : { 'micro avg': row(report.microAverage) }),
    'macro avg': row(report.macroAverage),
    'weighted avg': row(report.weightedAverage),
  };
}

function expectSame(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected === 'number') {
    if (!Number.isFinite(expected)) {
      expect(actual, path).toBe(expected);
      return;
    }
    const tolerance = 1e-11 * Math.max(Math.abs(expected), 1);
    expect(
      Math.abs((actual as number) - expected),
      `${path}: ${String(actual)} for ${expected}`,
    ).toBeLessThan(tolerance);
    return;
  }
  const [a, e] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
  expect(Object.keys(a).sort(), path).toEqual(Object.keys(e).sort());
  for (const key of Object.keys(e)) expectSame(a[key], e[key], `${path}.${key}`);
}

// confusion_matrix's warning is about the shape of the result, which `labels` of ours says.
// matthews_corrcoef passes it on.
const warnsOtherwise = (one: Case): boolean =>
  one.score === 'confusionMatrix' || one.score === 'matthewsCorrcoef';

describe.each(Object.entries(cases))('scikit-learn on %s', (_, list) => {
  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(list.map((one, i) => ({ ...one, title: `${i}: ${one.score}` })))('$title', (one) => {
    const call = metrics[one.score] as (...values: unknown[]) => unknown;
    const options = revive(one.options) as object;
    const args = [revive(one.yTrue), revive(one.yOther), options];
    const before = structuredClone(args);
    const result = call(...args);
    expectSame(asSklearn(one.score, result), revive(one.value), one.score);
    expect(args).toEqual(before);
    if (!warnsOtherwise(one)) {
      expect(vi.mocked(process.emitWarning).mock.calls.length > 0, 'warns').toBe(one.warns);
    }
  });
});

it('every score has cases', () => {
  const names = new Set(Object.values(cases).flatMap((list) => list.map(({ score }) => score)));
  expect([...names].sort()).toEqual(Object.keys(metrics).sort());
});

it('the Brier score of classes −1 and 0 is about the greater one', () => {
  // scikit-learn 1.9.1: brier_score_loss([-1, 0, 0, -1], [0.1, 0.8, 0.7, 0.3])
  expect(metrics.brierScoreLoss([-1, 0, 0, -1], [0.1, 0.8, 0.7, 0.3])).toBeCloseTo(0.0575, 15);
});
