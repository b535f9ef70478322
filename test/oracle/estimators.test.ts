import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, type Numbers, readFixture } from '../support/fixtures.js';
import { kernelChoices, native } from '../support/kernelChoices.js';

interface Fixture {
  softmaxRegression: {
    x: number[][];
    labels: number[];
    l2: number;
    kernel: Numbers;
    bias: number[];
    loss: number;
    accuracy: number;
  };
  linearRegression: {
    x: number[][];
    y: number[];
    cases: { name: string; l2: number; kernel: number[]; bias: number }[];
  };
  metrics: { prediction: number[][]; target: number[][]; mae: number; mse: number; r2: number };
}

const { softmaxRegression, linearRegression, metrics } = readFixture<Fixture>('estimators');
const momentum = { name: 'sgd', momentum: 0.9 } as const;

describe('optima that scikit-learn finds', () => {
  it('softmax regression with an L2 penalty', async () => {
    const { x, labels, l2, kernel, bias, loss, accuracy } = softmaxRegression;
    const model = sequential({
      layers: [
        layers.dense({
          units: bias.length,
          activation: 'softmax',
          kernelInitializer: 'zeros',
          kernelRegularizer: { l2 },
          inputShape: [x[0]!.length],
        }),
      ],
    });
    model.compile({
      optimizer: { ...momentum, learningRate: 0.5 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(x, labels, {
      ...native.options,
      epochs: 600,
      batchSize: x.length,
      shuffle: false,
      workers: 1,
    });
    const [w, b] = model.getWeights();
    expectClose(w!.data, kernel, { absolute: 1e-4 });
    const mean = b!.data.reduce((sum, v) => sum + v, 0) / bias.length;
    expectClose(
      b!.data.map((v) => v - mean),
      bias,
      { absolute: 1e-4 },
    );
    const logs = await model.evaluate(x, labels, { ...native.options, workers: 1 });
    expectClose([logs.loss!], [loss], { relative: 1e-6 });
    expect(logs.accuracy).toBeCloseTo(accuracy, 12);
  });

  it.each(linearRegression.cases)('$name least squares', async ({ l2, kernel, bias }) => {
    const { x, y } = linearRegression;
    const model = sequential({
      layers: [layers.dense({ units: 1, kernelRegularizer: { l2 }, inputShape: [x[0]!.length] })],
    });
    model.compile({ optimizer: { ...momentum, learningRate: 0.05 }, loss: 'meanSquaredError' });
    await model.fit(x, y, {
      ...native.options,
      epochs: 400,
      batchSize: x.length,
      shuffle: false,
      workers: 1,
    });
    const [w, b] = model.getWeights();
    expectClose(w!.data, kernel, { absolute: 2e-5 });
    expectClose(b!.data, [bias], { absolute: 2e-5 });
  });
});

describe.each(kernelChoices)('metrics against scikit-learn, $title', ({ options }) => {
  it('mse, mae and r2, with targets far from 0', async () => {
    const { prediction, target, mae, mse, r2 } = metrics;
    // A model that returns its inputs.
    const model = sequential({ layers: [layers.rescaling({ scale: 1, inputShape: [2] })] });
    model.compile({ loss: 'meanSquaredError', metrics: ['mse', 'mae', 'r2'] });
    const logs = await model.evaluate(prediction, target, { ...options, batchSize: 16, workers: 1 });
    expectClose([logs.loss!, logs.mse!, logs.mae!, logs.r2!], [mse, mse, mae, r2], { relative: 1e-6 });
  });
});
