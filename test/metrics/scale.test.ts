import { describe, expect, it } from 'vitest';
import { metrics } from '#steepest/index.js';

const truth = [0.25, -0.5, 0.75, 0.9, -1];
const guess = [0.5, -0.25, 0.7, 1, -0.9];
const sampleWeight = [1, 2, 0, 3, 0.5];
/** A score of one output. */
type Weighted = (t: number[], g: number[], options?: { sampleWeight: number[] }) => number;
const times = (values: readonly number[], factor: number): number[] => values.map((v) => v * factor);

/** From where numbers begin to lose digits at the lower end, to the largest. */
describe.each([-960, -540, 540, 1023])('scores of targets times 2^%i', (k) => {
  const [t, g] = [times(truth, 2 ** k), times(guess, 2 ** k)];

  it('keep the digits of R², and of errors in the target’s unit', () => {
    expect(metrics.r2Score(t, g, { sampleWeight })).toBe(metrics.r2Score(truth, guess, { sampleWeight }));
    const rmse = metrics.rootMeanSquaredError(truth, guess, { sampleWeight });
    expect(metrics.rootMeanSquaredError(t, g, { sampleWeight })).toBe(rmse * 2 ** k);
    const mae = metrics.meanAbsoluteError(truth, guess, { sampleWeight });
    expect(metrics.meanAbsoluteError(t, g, { sampleWeight })).toBe(mae * 2 ** k);
    for (const score of [metrics.medianAbsoluteError, metrics.maxError, metrics.meanPinballLoss]) {
      expect(score(t, g), score.name).toBe(score(truth, guess) * 2 ** k);
    }
    for (const score of [metrics.explainedVarianceScore, metrics.d2AbsoluteErrorScore] as Weighted[]) {
      expect(score(t, g, { sampleWeight }), score.name).toBe(score(truth, guess, { sampleWeight }));
    }
  });

  it.each([k].filter((exponent) => exponent > 0))('keep the digits of ratios, times 2^%i', () => {
    const ratio = metrics.meanAbsolutePercentageError(truth, guess, { sampleWeight });
    expect(metrics.meanAbsolutePercentageError(t, g, { sampleWeight })).toBe(ratio);
  });

  it('weigh outputs by variances beyond float64', () => {
    const options = { multioutput: 'varianceWeighted' } as const;
    const rows = (a: readonly number[], b: readonly number[]) => a.map((value, i) => [value, b[i]! / 4]);
    expect(metrics.r2Score(rows(t, g), rows(g, g), options)).toBe(
      metrics.r2Score(rows(truth, guess), rows(guess, guess), options),
    );
  });
});

it.each([-1000, -301, 400, 1022])('scores have the same digits for weights times 2^%i', (k) => {
  const all = (weights: readonly number[]): number[] => {
    const options = { sampleWeight: [...weights] };
    return [
      metrics.r2Score(truth, guess, options),
      metrics.meanSquaredError(truth, guess, options),
      metrics.rootMeanSquaredError(truth, guess, options),
      metrics.meanAbsoluteError(truth, guess, options),
      metrics.medianAbsoluteError(truth, guess, options),
      metrics.meanAbsolutePercentageError(truth, guess, options),
      metrics.explainedVarianceScore(truth, guess, options),
      metrics.d2PinballScore(truth, guess, { alpha: 0.3, ...options }),
      metrics.meanGammaDeviance([1, 2, 3, 4, 5], [2, 1, 3, 4, 6], options),
      metrics.matthewsCorrcoef([0, 1, 1, 0, 1], [0, 0, 1, 0, 1], options),
      metrics.cohenKappaScore([0, 1, 1, 0, 1], [0, 0, 1, 0, 1], options),
    ];
  };
  expect(all(times(sampleWeight, 2 ** k))).toEqual(all(sampleWeight));
});
