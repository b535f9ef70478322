import { type ActivationName, activationNames, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, flat, type Numbers, readFixture } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';

interface Fixture {
  elementwise: { x: number[]; cases: { activation: ActivationName; y: number[]; derivative: number[] }[] };
  softmax: { x: number[][]; g: number[][]; y: number[][]; dx: number[][] }[];
  prelu: {
    x: number[][];
    alpha: number[];
    g: number[][];
    y: number[][];
    dx: number[][];
    dAlpha: number[];
  };
}

const { elementwise, softmax, prelu } = readFixture<Fixture>('activations');
/** A few units in the last place of float32. */
const VALUE = { relative: 1e-6, absolute: 1e-37 };
/**
 * gelu is x·(1 + erf)/2: on the far left the sum cancels, so
 * its error is relative to 1 and not to the value.
 */
const GELU_VALUE = { relative: 1e-6, absolute: 4e-7 };
/** Logits 70 apart: their difference is rounded by 4e-6, and so is the exponential of it. */
const SOFTMAX_VALUE = { relative: 1e-5, absolute: 1e-37 };
/** 1 − y², y·(1 − y) and y + 1 cancel where f saturates. */
const DERIVATIVE = { relative: 2e-6, absolute: 4e-7 };
/** So far below any output that |y − t| has derivative 1 everywhere. */
const FAR_BELOW = -1e6;

/** A dense layer whose pre-activation is `z` for the input 1. */
function modelAt(z: readonly number[], activation: ActivationName) {
  const model = sequential({
    layers: [layers.dense({ units: z.length, activation, inputShape: [1] })],
  });
  model.setWeights([
    { data: Float32Array.from(z), shape: [1, z.length] },
    { data: new Float32Array(z.length), shape: [z.length] },
  ]);
  return model;
}

describe.each(kernelChoices)('activations against PyTorch, $title', ({ options }) => {
  it('has an expected value for every activation', () => {
    const covered = [...elementwise.cases.map((c) => c.activation), 'softmax'];
    expect(covered.sort()).toEqual([...activationNames].sort());
  });

  it.each(elementwise.cases)('$activation, as a layer', async ({ activation, y }) => {
    const model = sequential({ layers: [layers.activation({ activation, inputShape: [1] })] });
    const { data } = await model.predict(
      elementwise.x.map((v) => [v]),
      { ...options, workers: 1 },
    );
    expectClose(data, y, activation === 'gelu' ? GELU_VALUE : VALUE);
  });

  it.each(elementwise.cases)('$activation, joined with a dense layer', async ({ activation, y }) => {
    const { data } = await modelAt(elementwise.x, activation).predict([[1]], { ...options, workers: 1 });
    expectClose(data, y, activation === 'gelu' ? GELU_VALUE : VALUE);
  });

  it.each(elementwise.cases)('derivative of $activation', async ({ activation, derivative }) => {
    const model = modelAt(elementwise.x, activation);
    model.compile({ optimizer: 'sgd', loss: 'meanAbsoluteError' });
    const n = elementwise.x.length;
    const [, bias] = await model.gradients([[1]], [Array<number>(n).fill(FAR_BELOW)], options);
    // The mean over n = 128 columns is exact, and so is its way back.
    const actual = bias!.data.map((v) => v * n);
    expectClose(actual, derivative, DERIVATIVE);
  });

  it('prelu, and its gradients', async () => {
    const { x, alpha, g, y, dx, dAlpha } = prelu;
    const cols = alpha.length;
    // The first layer's bias collects the gradients by x; each row is a batch of its own.
    const model = sequential({
      layers: [layers.dense({ units: cols, inputShape: [cols] }), layers.prelu()],
    });
    const eye = Float32Array.from({ length: cols * cols }, (_, i) => Number(i % (cols + 1) === 0));
    model.setWeights([
      { data: eye, shape: [cols, cols] },
      { data: new Float32Array(cols), shape: [cols] },
      { data: Float32Array.from(alpha), shape: [cols] },
    ]);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const { data } = await model.predict(x, { ...options, workers: 1 });
    expectClose(data, y, VALUE);
    const sums = new Float64Array(cols);
    for (const [r, row] of x.entries()) {
      // The gradient of the mean square is 2(y − t)/cols; this target makes it g.
      const target = y[r]!.map((v, j) => v - (g[r]![j]! * cols) / 2);
      const [, bias, slopes] = await model.gradients([row], [target], options);
      expectClose(bias!.data, dx[r]!, { relative: 2e-6, absolute: 2e-6 });
      slopes!.data.forEach((v, j) => {
        sums[j] = sums[j]! + v;
      });
    }
    expectClose(sums, dAlpha, { relative: 4e-6, absolute: 1e-5 });
  });

  it.each(softmax)('softmax of $x.0.length columns and its Jacobian', async ({ x, g, y, dx }) => {
    const cols = x[0]!.length;
    const model = sequential({
      layers: [layers.activation({ activation: 'softmax', inputShape: [cols] })],
    });
    const { data } = await model.predict(x, { ...options, workers: 1 });
    expectClose(data, y, SOFTMAX_VALUE);
    for (const [r, row] of x.entries()) {
      const one = modelAt(row, 'softmax');
      one.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      // The gradient of the mean square is 2(y − t)/cols; this target makes it g.
      const target = y[r]!.map((p, j) => p - (g[r]![j]! * cols) / 2);
      const [, bias] = await one.gradients([[1]], [target], options);
      expectClose(bias!.data, dx[r] as Numbers, { absolute: 1e-6 * Math.max(...flat(g).map(Math.abs)) });
    }
  });
});
