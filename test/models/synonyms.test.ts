import {
  type Activation,
  type Initializer,
  type Loss,
  layers,
  load,
  type Metric,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';

/** Names that Keras's `get` understands, as `keras.losses.get('mse')` does, with the name here. */
const LOSSES: readonly [Extract<Loss, string>, Loss][] = [
  ['mse', 'meanSquaredError'],
  ['mean_squared_error', 'meanSquaredError'],
  ['mae', 'meanAbsoluteError'],
  ['mean_absolute_error', 'meanAbsoluteError'],
  ['huber', { name: 'huber', delta: 1 }],
  ['bce', { name: 'binaryCrossentropy', fromLogits: false }],
  ['binary_crossentropy', { name: 'binaryCrossentropy', fromLogits: false }],
];
const METRICS: readonly [Extract<Metric, string>, string][] = [
  ['acc', 'accuracy'],
  ['categorical_accuracy', 'accuracy'],
  ['sparse_categorical_accuracy', 'accuracy'],
  ['binary_accuracy', 'binaryAccuracy'],
  ['mean_squared_error', 'mse'],
  ['meanSquaredError', 'mse'],
  ['mean_absolute_error', 'mae'],
];
const x = [
  [0, 1],
  [1, 0],
];
const y = [0, 1];
const files = temporaryFolder();
const build = () => sequential({ layers: [layers.dense({ units: 1, inputShape: [2], activation: 'tanh' })] });

describe("Keras's names are understood, and saved and logged under ours", () => {
  it.each(LOSSES)('loss %s', async (given, ours) => {
    expect(build().compile({ loss: given }).compileConfig!.loss).toEqual(ours);
    const model = build().compile({ loss: { name: given } as Loss });
    expect(model.compileConfig!.loss).toEqual(ours);
    await model.save(files.path('synonym'));
    expect((await load(files.path('synonym'))).compileConfig!.loss).toEqual(ours);
  });

  it.each(METRICS)('metric %s', async (given, name) => {
    const model = build().compile({ loss: 'mse', metrics: [given] });
    expect(model.summary()).toContain(`metrics ${name}`);
    const { history } = await model.fit(x, y, { epochs: 1, workers: 1 });
    expect(Object.keys(history)).toEqual(['loss', name]);
    expect(Object.keys(await model.evaluate(x, y, { workers: 1 }))).toEqual(['loss', name]);
  });

  it('a metric under two names is one metric twice', () => {
    expect(() => build().compile({ loss: 'mse', metrics: ['acc', 'accuracy'] })).toThrow('each metric once');
  });

  it('activations and initializers', () => {
    const initializer: Initializer = 'he_normal';
    const layer = layers.dense({ units: 1, activation: 'leaky_relu', kernelInitializer: initializer });
    expect(layer).toMatchObject({
      activation: { name: 'leakyRelu', alpha: 0.2 },
      kernelInitializer: 'heNormal',
    });
    const activation: Activation = { name: 'leaky_relu', alpha: 0.5 };
    expect(layers.activation({ activation }).activation).toEqual({ name: 'leakyRelu', alpha: 0.5 });
  });
});
