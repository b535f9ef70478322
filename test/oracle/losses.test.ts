import { type ActivationName, type Loss, type LossName, layers, lossNames, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, type Numbers, readFixture, weightArray } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';

interface Case {
  loss: { name: LossName };
  activation: ActivationName;
  scale: number;
  x: number[][];
  y: number[][] | number[];
  weights: Numbers[];
  value: number;
  gradients: Numbers[];
}

const cases = readFixture<{ cases: Case[] }>('losses').cases.map((c) => ({
  ...c,
  title: `${JSON.stringify(c.loss)}, ${c.activation}, weights of size ${c.scale}`,
}));
/** Logits near 100 carry a rounding error of 1e-5, which the exponential passes on. */
const tolerance = (scale: number): number => (scale > 1 ? 2e-5 : 2e-6);

describe.each(kernelChoices)('losses against PyTorch and Keras, $title', ({ options }) => {
  it('has expected values for every loss', () => {
    expect(new Set(cases.map((c) => c.loss.name))).toEqual(new Set(lossNames));
  });

  it.each(cases)('$title', async ({ loss, activation, scale, x, y, weights, value, gradients }) => {
    const units = (weights[1] as readonly number[]).length;
    const model = sequential({
      layers: [layers.dense({ units, activation, inputShape: [x[0]!.length] })],
    });
    model.setWeights(weights.map(weightArray));
    model.compile({ optimizer: 'sgd', loss: loss as Loss });
    const logs = await model.evaluate(x, y, { ...options, workers: 1 });
    expectClose([logs.loss!], [value], { relative: tolerance(scale) });
    const actual = await model.gradients(x, y, options);
    gradients.forEach((expected, i) => {
      expectClose(actual[i]!.data, expected, { ofLargest: tolerance(scale) });
    });
  });
});
