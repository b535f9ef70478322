import { layers, load, type Optimizer, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused } from '../../support/folder.js';
import { native } from '../../support/kernelChoices.js';
import { randomNumbers } from '../../support/random.js';

const SAMPLES = 70;
const random = randomNumbers(8);
const x = Array.from({ length: SAMPLES }, () => Array.from({ length: 12 }, random));
const y = x.map((row) => [row[0]! * row[1]!, Math.abs(row[2]!)]);
const options = { ...native.options, epochs: 2, batchSize: 32, workers: 1 } as const;

const build = (optimizer: Optimizer = 'adam'): Sequential =>
  sequential({
    seed: 3,
    layers: [layers.dense({ units: 19, activation: 'tanh', inputShape: [12] }), layers.dense({ units: 2 })],
  }).compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] });

async function trained(more: object, optimizer?: Optimizer): Promise<Sequential> {
  const model = build(optimizer);
  await model.fit(x, y, { ...options, ...more });
  return model;
}

const weightsOf = (model: Sequential) => model.getWeights().map(({ data }) => [...data]);

describe('fit({ shards })', () => {
  it('with one shard is the fit without shards', async () => {
    expect(weightsOf(await trained({ shards: 1 }))).toEqual(weightsOf(await trained({})));
  });

  it('rounds in another order with more, by very little', async () => {
    const [plain, sharded] = [weightsOf(await trained({})), weightsOf(await trained({ shards: 8 }))];
    expect(sharded).not.toEqual(plain);
    const largest = Math.max(...plain.flat().map((w, i) => Math.abs(w - sharded.flat()[i]!)));
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-4);
  });

  it.each([
    'sgd',
    { name: 'sgd', momentum: 0.9, nesterov: true },
    'rmsprop',
    'adam',
    { name: 'adam', amsgrad: true },
    'adamw',
    'nadam',
    'adamax',
    'adagrad',
    'adadelta',
    'lion',
  ] as Optimizer[])('has the same bits for any number of workers: %o', async (optimizer) => {
    const one = weightsOf(await trained({ shards: 4 }, optimizer));
    for (const workers of [2, 3]) {
      expect(weightsOf(await trained({ shards: 4, workers }, optimizer))).toEqual(one);
    }
  });

  it('has the same bits from a stream, and validates', async () => {
    const validated = { shards: 8, workers: 2, shuffle: false, validationData: [x, y] } as const;
    const model = build();
    await model.fit(
      async function* () {
        for (let at = 0; at < SAMPLES; at += 9) yield { x: x.slice(at, at + 9), y: y.slice(at, at + 9) };
      },
      { ...options, ...validated },
    );
    expect(weightsOf(model)).toEqual(weightsOf(await trained(validated)));
  });

  it('is recorded in the file, and shown', async () => {
    const model = await trained({ shards: 8 });
    const copy = await load(model.toBytes(), Sequential);
    // 7 additions of 12 · 19 + 19 + 19 · 2 + 2 = 287 numbers, 16 bytes each.
    const line = 'Gradients are sums over 8 virtual shards: 2.0 kFLOP and 31.4 KiB more in a step.';
    expect(model.summary()).toContain(line);
    expect(copy.summary()).toBe(model.summary());
    const explained = model.explain({ batchSize: 32, shards: 8 });
    expect(explained).toContain(line);
    expect(explained.match(/addGradient/g)).toHaveLength(4 * 7);
    expect(model.explain({ batchSize: 32 })).not.toContain('virtual');
    await model.fit(x, y, options);
    expect(model.summary()).not.toContain('virtual');
  });

  it.each([
    [3, 'a power of two from 1 to 256'],
    [0, 'a power of two from 1 to 256'],
    [512, 'a power of two from 1 to 256'],
    [1.5, 'a power of two from 1 to 256'],
    ['8', 'a power of two from 1 to 256'],
  ])('refuses %o', async (shards, words) => {
    await expect(trained({ shards })).rejects.toEqual(refused('ERR_ARGUMENT', words));
    expect(() => build().explain({ shards: shards as number })).toThrow(words);
  });

  it('refuses mini-batches in which a shard has no rows', async () => {
    await expect(trained({ shards: 8, batchSize: 9 })).rejects.toEqual(
      refused('ERR_ARGUMENT', 'in each of 8 shards', 'mini-batches of 9 rows', 'shards: 2', 'multiple of 8'),
    );
    expect(() => build().explain({ batchSize: 4, shards: 8 })).toThrow('shards: 4');
  });

  it('says that images come in groups', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const images = Array.from({ length: SAMPLES }, () => Array.from({ length: 25 }, random));
    await expect(model.fit(images, y, { ...options, shards: 8 })).rejects.toEqual(
      refused('ERR_ARGUMENT', 'groups of 16 rows', 'shards: 2', 'multiple of 128'),
    );
    await model.fit(images, y, { ...options, shards: 2 });
  });
});
