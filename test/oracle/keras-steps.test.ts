import { layers, type Optimizer, type OptimizerName, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, type Numbers, readFixture, weightArray } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';

interface Fixture {
  x: number[][];
  images: number[][][][];
  labels: number[];
  weights: Record<'dense' | 'conv', Numbers[]>;
  batchSize: number;
  epochs: number;
  cases: {
    name: string;
    kind: 'dense' | 'conv';
    optimizer: Exclude<Optimizer, OptimizerName>;
    layer: object;
    weights: Numbers[];
  }[];
}

const fixture = readFixture<Fixture>('keras_steps');
const { x, images, labels, batchSize, epochs } = fixture;
const TOLERANCE = { absolute: 4e-6 };

const MODELS = {
  dense: (layer: object): Sequential =>
    sequential({
      layers: [
        layers.dense({ units: 5, activation: 'tanh', inputShape: [7], ...layer }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  conv: (layer: object): Sequential =>
    sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', inputShape: [5, 5, 2], ...layer }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
};

describe.each(kernelChoices)('steps of Keras, $title', ({ options }) => {
  it.each(fixture.cases)('$name', async ({ kind, optimizer, layer, weights }) => {
    const model = MODELS[kind](layer);
    model.setWeights(fixture.weights[kind].map(weightArray));
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    const before = model.getWeights().map(({ data }) => [...data]);
    const input = kind === 'dense' ? x : images;
    await model.fit(input, labels, { ...options, batchSize, epochs, shuffle: false, workers: 2 });
    weights.forEach((expected, i) => {
      expectClose(model.getWeights()[i]!.data, expected, TOLERANCE);
    });
    expect(model.getWeights().map(({ data }) => [...data])).not.toEqual(before);
  });
});
