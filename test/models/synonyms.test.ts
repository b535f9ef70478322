import {
  type Activation,
  type Initializer,
  type Loss,
  type LossName,
  layers,
  load,
  type Metric,
  Sequential,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';

/** Names that Keras's `get` understands, as `keras.losses.get('mse')` does, with the name here. */
const LOSSES: readonly [Extract<Loss, string>, LossName][] = [
  ['mse', 'meanSquaredError'],
  ['mean_squared_error', 'meanSquaredError'],
  ['mae', 'meanAbsoluteError'],
  ['mean_absolute_error', 'meanAbsoluteError'],
  ['mape', 'meanAbsolutePercentageError'],
  ['mean_absolute_percentage_error', 'meanAbsolutePercentageError'],
  ['msle', 'meanSquaredLogarithmicError'],
  ['mean_squared_logarithmic_error', 'meanSquaredLogarithmicError'],
  ['huber', 'huber'],
  ['logcosh', 'logCosh'],
  ['log_cosh', 'logCosh'],
  ['poisson', 'poisson'],
  ['bce', 'binaryCrossentropy'],
  ['binary_crossentropy', 'binaryCrossentropy'],
  ['binary_focal_crossentropy', 'binaryFocalCrossentropy'],
  ['kld', 'klDivergence'],
  ['kl_divergence', 'klDivergence'],
  ['hinge', 'hinge'],
  ['squared_hinge', 'squaredHinge'],
  ['categorical_hinge', 'categoricalHinge'],
  ['cosine_similarity', 'cosineSimilarity'],
];
/** These need several outputs. */
const OF_CLASSES: readonly [Extract<Loss, string>, LossName][] = [
  ['categorical_crossentropy', 'categoricalCrossentropy'],
  ['sparse_categorical_crossentropy', 'sparseCategoricalCrossentropy'],
  ['categorical_focal_crossentropy', 'categoricalFocalCrossentropy'],
];
const METRICS: readonly [Extract<Metric, string>, string][] = [
  ['acc', 'accuracy'],
  ['categorical_accuracy', 'accuracy'],
  ['sparse_categorical_accuracy', 'accuracy'],
  ['binary_accuracy', 'binaryAccuracy'],
  ['mean_squared_error', 'mse'],
  ['meanSquaredError', 'mse'],
  ['mean_absolute_error', 'mae'],
  ['root_mean_squared_error', 'rmse'],
  ['mean_absolute_percentage_error', 'mape'],
  ['mean_squared_logarithmic_error', 'msle'],
  ['r2_score', 'r2'],
  ['auc', 'rocAuc'],
  ['f1_score', 'f1'],
  ['cosine_similarity', 'cosineSimilarity'],
  ['binary_crossentropy', 'binaryCrossentropy'],
  ['kl_divergence', 'klDivergence'],
  ['log_cosh', 'logCosh'],
];
const x = [
  [0, 1],
  [1, 0],
];
const y = [0, 1];
const files = temporaryFolder();
const build = (units = 1) =>
  sequential({ layers: [layers.dense({ units, inputShape: [2], activation: 'tanh' })] });

describe("Keras's names are understood, and saved and logged under ours", () => {
  it.each([...LOSSES, ...OF_CLASSES])('loss %s', async (given, name) => {
    const units = OF_CLASSES.some(([each]) => each === given) ? 2 : 1;
    const { loss } = build(units).compile({ loss: name }).compileConfig!;
    expect(typeof loss === 'string' ? loss : loss.name).toBe(name);
    expect(build(units).compile({ loss: given }).compileConfig!.loss).toEqual(loss);
    const model = build(units).compile({ loss: { name: given } as Loss });
    expect(model.compileConfig!.loss).toEqual(loss);
    await model.save(files.path('synonym'));
    expect((await load(files.path('synonym'), Sequential)).compileConfig!.loss).toEqual(loss);
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
    for (const [given, name] of [
      ['swish', 'silu'],
      ['hard_silu', 'hardSwish'],
      ['hard_swish', 'hardSwish'],
    ] as const) {
      expect(layers.activation({ activation: given }).activation).toEqual({ name });
    }
    const activation: Activation = { name: 'leaky_relu', alpha: 0.5 };
    expect(layers.activation({ activation }).activation).toEqual({ name: 'leakyRelu', alpha: 0.5 });
  });
});
