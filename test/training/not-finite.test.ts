import { type ActivationName, layers, lossNames, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const array = (values: readonly number[], shape: readonly number[]) => ({
  data: Float32Array.from(values),
  shape,
});

/** y = w·x twice over, with hidden units of different sign: huge x gives ∞ − ∞. */
function build(loss: (typeof lossNames)[number], activation: ActivationName, weight: number): Sequential {
  const model = sequential({
    layers: [layers.dense({ units: 2, inputShape: [1] }), layers.dense({ units: 2, activation })],
  });
  model.compile({ optimizer: 'sgd', loss });
  model.setWeights([
    array([weight, -weight], [1, 2]),
    array([0, 0], [2]),
    array([1, 1, 1, 1], [2, 2]),
    array([0, 0], [2]),
  ]);
  return model;
}

const HUGE = 3e38;
const activations: readonly ActivationName[] = [
  'linear',
  'relu',
  'elu',
  'gelu',
  'sigmoid',
  'tanh',
  'softmax',
];
const cases = lossNames.flatMap((loss) => activations.map((activation) => [loss, activation] as const));

describe.each(cases)('outputs that are NaN, %s after %s', (loss, activation) => {
  const y =
    loss === 'sparseCategoricalCrossentropy'
      ? [1, 0]
      : [
          [0, 1],
          [1, 0],
        ];
  const x = [[0.5], [10]];

  it('are ERR_DIVERGED wherever a loss is computed, and NaN where none is', async () => {
    const model = build(loss, activation, HUGE);
    const before = model.getWeights();
    const diverged = { code: 'ERR_DIVERGED' };
    await expect(model.evaluate(x, y)).rejects.toMatchObject({
      ...diverged,
      expected: 'a finite loss of these rows',
    });
    await expect(model.evaluate([{ x, y }])).rejects.toMatchObject(diverged);
    await expect(model.gradients(x, y)).rejects.toMatchObject(diverged);
    await expect(model.fit(x, y)).rejects.toMatchObject(diverged);
    expect(model.getWeights()).toEqual(before);
    expect((await model.predict(x)).data.slice(2)).toEqual(Float32Array.of(Number.NaN, Number.NaN));
    expect(model.predictSync(x).data.slice(2)).toEqual(Float32Array.of(Number.NaN, Number.NaN));
  });
});

describe('a loss beyond float32', () => {
  const line = () =>
    sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })] }).compile({
      optimizer: { name: 'sgd', learningRate: 1e-3 },
      loss: 'meanSquaredError',
      metrics: ['mae'],
    });

  it('is ERR_DIVERGED in evaluate, with any number of workers', async () => {
    for (const workers of [1, 2]) {
      await expect(line().evaluate([[1], [1e30]], [0, 0], { workers })).rejects.toMatchObject({
        code: 'ERR_DIVERGED',
      });
    }
  });

  it('of rows to validate on is told, and training goes on: the parameters are good', async () => {
    const model = line();
    const { history } = await model.fit([[1], [2]], [1, 3], { epochs: 3, validationData: [[[1e30]], [0]] });
    expect(history.valLoss).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(history.valMae!.every((value) => value > 9e29)).toBe(true);
    expect(history.loss![2]).toBeLessThan(history.loss![0]!);
  });

  it('a gradient beyond it is named', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    model.compile({ loss: 'meanSquaredError' });
    // The two inputs cancel in the output, 3, and not in the gradient: 6 · 3e38.
    await expect(model.gradients([[HUGE, -HUGE]], [-3])).rejects.toMatchObject({
      code: 'ERR_DIVERGED',
      given: 'Infinity in that of dense_1/kernel',
    });
  });
});
