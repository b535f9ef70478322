/**
 * `classWeight: 'balanced'` and sample weights of 0: rows of
 * weight 0 change nothing, whatever their class.
 */
import { beforeEach, expect, it, vi } from 'vitest';
import { LogisticRegression, layers, MLPClassifier, sequential } from '#steepest/index.js';

const ROWS = 24;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
/** Class 2 has rows, but none with a weight. */
const y = x.map((_, i) => (i % 6 === 5 ? 2 : i % 3 === 0 ? 1 : 0));
const sampleWeight = y.map((label, i) => (label === 2 ? 0 : 1 + (i % 4)));

const sum = (label: number): number =>
  sampleWeight.reduce((total, weight, i) => total + (y[i] === label ? weight : 0), 0);
/** Σw / (2 · Σw of the class): two classes have a weight. */
const named = Object.fromEntries([0, 1].map((label) => [label, (sum(0) + sum(1)) / (2 * sum(label))]));

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

it('in logistic regression', async () => {
  const train = (classWeight: 'balanced' | Record<string, number>) =>
    new LogisticRegression({ classWeight, tol: 1e-10 }).fit(x, y, { sampleWeight });
  const [balanced, expected] = await Promise.all([train('balanced'), train(named)]);
  balanced.coef.data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected.coef.data[i]!, 9);
  });
});

it('in a perceptron', async () => {
  const params = { hiddenLayerSizes: [3], maxIter: 5 };
  const train = (classWeight: 'balanced' | Record<string, number>) =>
    new MLPClassifier({ ...params, classWeight }).fit(x, y, { sampleWeight });
  const [balanced, expected] = await Promise.all([train('balanced'), train(named)]);
  expect(balanced.weights).toEqual(expected.weights);
});

it('in a network', async () => {
  const fitted = async (classWeight: 'balanced' | Record<string, number>) => {
    const model = sequential({
      layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })],
    });
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    await model.fit(x, y, { sampleWeight, classWeight });
    return model.getWeights();
  };
  expect(await fitted('balanced')).toEqual(await fitted(named));
});
