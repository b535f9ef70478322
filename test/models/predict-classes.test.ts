import { type Activation, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/fixtures.js';
import { refused } from '../support/folder.js';

/** A model whose outputs are its inputs, or an activation of them. */
function identity(columns: number, activation: Activation = 'linear', classes?: string[]): Sequential {
  const named = classes === undefined ? {} : { classes };
  const layer = layers.dense({ units: columns, activation, useBias: false, inputShape: [columns] });
  const model = sequential({ layers: [layer], ...named });
  const eye = Float32Array.from({ length: columns ** 2 }, (_, i) => Number(i % (columns + 1) === 0));
  model.setWeights([{ data: eye, shape: [columns, columns] }]);
  return model;
}
const NAMES = ['ant', 'bee', 'cow'];
const probabilities = [
  [0.2, 0.3, 0.5],
  [0.4, 0.4, 0.2],
  [0.25, 0.375, 0.375],
];

describe('predictClasses', () => {
  it('gives the name of the largest output, of equal ones the first', async () => {
    expect(await identity(3, 'linear', NAMES).predictClasses(probabilities)).toEqual(['cow', 'ant', 'bee']);
  });

  it('gives numbers where there are no names', async () => {
    expect(await identity(3).predictClasses(probabilities)).toEqual([2, 0, 1]);
  });

  it('takes the second class of one output above 0.5', async () => {
    const model = identity(1, 'linear', ['no', 'yes']);
    const rows = [[0], [0.5], [0.5000001], [1]];
    expect(await model.predictClasses(rows)).toEqual(['no', 'no', 'yes', 'yes']);
    expect(await identity(1).predictClasses(rows)).toEqual([0, 0, 1, 1]);
  });

  it('takes the second class of one logit above 0', async () => {
    const model = identity(1, 'linear', ['no', 'yes']);
    model.compile({ loss: { name: 'binaryCrossentropy', fromLogits: true } });
    expect(await model.predictClasses([[-3], [0], [0.25], [9]])).toEqual(['no', 'no', 'yes', 'yes']);
  });

  it('takes the second class of one score above 0, and the largest of several', async () => {
    const one = identity(1, 'linear', ['no', 'yes']).compile({ loss: 'hinge' });
    expect(await one.predictClasses([[-3], [0], [0.25]])).toEqual(['no', 'no', 'yes']);
    const several = identity(3, 'linear', NAMES).compile({ loss: 'categoricalHinge' });
    expect(await several.predictClasses([[-3, -2, -4]])).toEqual(['bee']);
    await expect(several.predictTop([[-3, -2, -4]], 1)).rejects.toEqual(
      refused('ERR_ARGUMENT', 'categoricalHinge, whose outputs are scores'),
    );
  });

  it('takes streams and the options of predict', async () => {
    const model = identity(3, 'softmax', NAMES);
    const stream = [{ x: probabilities.slice(0, 1) }, { x: probabilities.slice(1) }];
    expect(await model.predictClasses(stream, { workers: 2 })).toEqual(['cow', 'ant', 'bee']);
    await expect(model.predictClasses(stream, { wokers: 2 } as never)).rejects.toEqual(
      refused('ERR_UNKNOWN_NAME', "Did you mean 'workers'?"),
    );
  });

  it('agrees with the accuracy that evaluate counts', async () => {
    const layer = layers.dense({ units: 3, activation: 'softmax', inputShape: [2] });
    const model = sequential({ layers: [layer], classes: NAMES, seed: 5 });
    model.compile({ loss: 'sparseCategoricalCrossentropy', metrics: 'accuracy' });
    const x = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
    const y = x.map((_, i) => NAMES[i % 3]!);
    const classes = await model.predictClasses(x);
    const right = classes.filter((name, i) => name === y[i]).length / y.length;
    expectClose([(await model.evaluate(x, y)).accuracy!], [right], { absolute: 1e-12 });
  });
});

describe('predictTop', () => {
  it('sorts classes by probability, equal ones in class order', async () => {
    const top = await identity(3, 'linear', NAMES).predictTop(probabilities, 2);
    const float32 = Math.fround;
    expect(top).toEqual([
      [
        { class: 'cow', probability: 0.5 },
        { class: 'bee', probability: float32(0.3) },
      ],
      [
        { class: 'ant', probability: float32(0.4) },
        { class: 'bee', probability: float32(0.4) },
      ],
      [
        { class: 'bee', probability: 0.375 },
        { class: 'cow', probability: 0.375 },
      ],
    ]);
  });

  it('gives both classes of one output', async () => {
    expect(await identity(1, 'linear', ['no', 'yes']).predictTop([[0.25], [0.5], [1]], 2)).toEqual([
      [
        { class: 'no', probability: 0.75 },
        { class: 'yes', probability: 0.25 },
      ],
      [
        { class: 'no', probability: 0.5 },
        { class: 'yes', probability: 0.5 },
      ],
      [
        { class: 'yes', probability: 1 },
        { class: 'no', probability: 0 },
      ],
    ]);
    expect((await identity(1).predictTop([[0.25]], 1))[0]).toEqual([{ class: 0, probability: 0.75 }]);
  });

  it('makes probabilities of logits', async () => {
    const model = identity(3, 'linear', NAMES);
    model.compile({ loss: { name: 'sparseCategoricalCrossentropy', fromLogits: true } });
    const logits = [
      [1, 2, 3],
      [-800, 0, 800],
      [5, 5, 5],
    ];
    const top = await model.predictTop(logits, 3);
    logits.forEach((row, i) => {
      const most = Math.max(...row);
      const sum = row.reduce((total, z) => total + Math.exp(z - most), 0);
      const expected = row.map((z) => Math.exp(z - most) / sum).sort((a, b) => b - a);
      expectClose(
        top[i]!.map(({ probability }) => probability),
        expected,
        { absolute: 1e-15 },
      );
    });
    expect(top[2]!.map((one) => one.class)).toEqual(NAMES);
  });

  it('makes both probabilities of one logit, without cancellation', async () => {
    const model = identity(1, 'linear', ['no', 'yes']);
    model.compile({ loss: { name: 'binaryCrossentropy', fromLogits: true } });
    const [low, high] = await model.predictTop([[-60], [60]], 2);
    const rare = Math.exp(-60) / (1 + Math.exp(-60));
    expect(low!.map((one) => one.class)).toEqual(['no', 'yes']);
    expectClose([low![1]!.probability, high![1]!.probability], [rare, rare], { relative: 1e-14 });
    expect(high![0]).toEqual({ class: 'yes', probability: 1 });
  });

  it.each([
    [0, 'a whole number of at least 1'],
    [1.5, 'a whole number'],
    [4, 'at most 3'],
    [undefined, 'k'],
  ])('refuses k = %s', async (k, words) => {
    const top = identity(3, 'linear', NAMES).predictTop(probabilities, k as number);
    await expect(top).rejects.toEqual(refused('ERR_ARGUMENT', words));
  });

  it('refuses outputs that are not probabilities, with the row', async () => {
    const top = identity(3).predictTop(
      [
        [0.1, 0.2, 0.7],
        [0, 2, 0],
      ],
      1,
    );
    await expect(top).rejects.toEqual(refused('ERR_ARGUMENT', '2 at row 1', 'fromLogits: true'));
    await expect(identity(1).predictClasses([[-1]])).rejects.toEqual(refused('ERR_ARGUMENT', '-1 at row 0'));
  });
});

describe.each(['predictClasses', 'predictTop'] as const)('%s', (method) => {
  it('refuses models of values', async () => {
    const model = identity(3).compile({ loss: 'meanSquaredError' });
    await expect(model[method](probabilities, 1 as never)).rejects.toEqual(
      refused('ERR_ARGUMENT', method, 'meanSquaredError'),
    );
  });

  it('refuses images as outputs', async () => {
    const layer = layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [2, 2, 1] });
    const images = { data: new Float32Array(4), shape: [1, 2, 2, 1] };
    await expect(sequential({ layers: [layer] })[method](images, 1 as never)).rejects.toEqual(
      refused('ERR_SHAPE', method, 'images [2, 2, 2]'),
    );
  });
});
