import { type FitOptions, layers, type Sequential, type SteepestError, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { errorsOnRanks, onRanks } from './fits.js';
import { bitsOf, perceptron } from './models.js';

const { build, x, y } = perceptron;
const COMMON = { ...perceptron.options, workers: 1, validationSplit: 0.2, shards: 8 } as const;

type Change = Partial<{ x: number[][]; y: number[]; model: Sequential; options: FitOptions }>;

/** The messages of a fit in which rank 2 has something else. */
async function refusals(change: Change): Promise<string[]> {
  const models: Sequential[] = [];
  const errors = await errorsOnRanks(3, (cluster) => {
    const own: Change = cluster.rank === 2 ? change : {};
    const model = own.model ?? build();
    models[cluster.rank] = model;
    return model.fit(own.x ?? x, own.y ?? y, { ...COMMON, ...own.options, cluster });
  });
  expect(errors.map((error) => (error as SteepestError).code)).toEqual(Array(3).fill('ERR_CLUSTER'));
  // Nothing has been trained.
  for (const model of models) expect(model.trainingState().step).toBe(0);
  return errors.map((error) => (error as SteepestError).given);
}

describe('refuses what differs between ranks, and names it', () => {
  const other = x.map((row, i) => (i === 140 ? row.map((value) => value + 1) : row));

  it.each([
    ['options', { options: { batchSize: 20 } }, 'batchSize: 40 on rank 0, 20 on rank 2'],
    ['epochs', { options: { epochs: 4 } }, 'epochs: 1 on rank 0, 4 on rank 2'],
    ['shards', { options: { shards: 4 } }, 'shards: 8 on rank 0, 4 on rank 2'],
    ['kernels', { options: { backend: 'typescript' } }, /^numerics: .* on rank 0, .* on rank 2$/],
    ['inputs', { x: other }, /^x: '400 × 7 float32, hash \w+' on rank 0, '400 × .*' on rank 2$/],
    ['targets', { y: y.map((label) => 3 - label) }, /^y: /],
    ['weights', { options: { sampleWeight: y.map(() => 2) } }, /^sampleWeight: /],
    [
      'learning rate',
      { model: withRate(0.5) },
      'compile.optimizer.learningRate: 0.01 on rank 0, 0.5 on rank 2',
    ],
    ['layers', { model: withUnits(22) }, 'model.layers[0].units: 21 on rank 0, 22 on rank 2'],
  ] as [string, Change, string | RegExp][])('%s', async (_name, change, expected) => {
    const given = await refusals(change);
    if (typeof expected === 'string') expect(given[0]).toBe(expected);
    else expect(given[0]).toMatch(expected);
    expect(given).toEqual(Array(3).fill(given[0]));
  });
});

function withRate(rate: number): Sequential {
  const model = build();
  model.learningRate = rate;
  return model;
}

function withUnits(units: number): Sequential {
  const { config, compileConfig } = build();
  const [first, ...rest] = config.layers;
  const model = sequential({ ...config, layers: [{ ...first!, units } as never, ...rest] });
  return model.compile(compileConfig as never) as Sequential;
}

it('a rank whose data are refused tells the others', async () => {
  const errors = await errorsOnRanks(3, (cluster) => {
    const rows = cluster.rank === 1 ? x.slice(1) : x;
    return build().fit(rows, y, { ...COMMON, cluster });
  });
  const messages = errors.map(({ message }) => message);
  expect(messages[1]).toMatch(/^expected y with 399 rows, as many as x, given 400\. /);
  expect(messages[0]).toMatch(/^expected y with 399 rows, as many as x, given 400, on rank 1\. /);
  expect(messages[2]).toBe(messages[0]);
});

it('all ranks begin with the state of rank 0', async () => {
  const trained = build();
  await trained.fit(x, y, { ...COMMON, epochs: 2 });
  const begun = trained.trainingState();
  await trained.fit(x, y, { ...COMMON, epochs: 2 });
  const bits = await onRanks(2, async (cluster: Cluster) => {
    const model = build();
    if (cluster.rank === 0) model.resume(begun);
    await model.fit(x, y, { ...COMMON, epochs: 2, cluster });
    return bitsOf(model);
  });
  expect(bits).toEqual([bitsOf(trained), bitsOf(trained)]);
});

it('the model can be trained again, over ranks or alone', async () => {
  const alone = build();
  for (let i = 0; i < 3; i++) await alone.fit(x, y, { ...COMMON });
  const bits = await onRanks(3, async (cluster: Cluster) => {
    const model = build();
    await model.fit(x, y, { ...COMMON, cluster });
    await model.fit(x, y, { ...COMMON, cluster });
    await model.fit(x, y, COMMON);
    return bitsOf(model);
  });
  expect(bits).toEqual(Array(3).fill(bitsOf(alone)));
});

describe('refuses what a cluster cannot do', () => {
  const fake = { rank: 0, size: 16 };

  it('more ranks than shards', async () => {
    const errors = await errorsOnRanks(5, (cluster) => build().fit(x, y, { ...COMMON, cluster, shards: 4 }));
    expect(errors[0]!.message).toBe(
      'expected shards to be at least the number of ranks, 5, given 4. Write shards: 8, or start fewer ranks.',
    );
  });

  it('streams', async () => {
    const errors = await errorsOnRanks(2, (cluster) =>
      build().fit([{ x, y }], { batchSize: 10, cluster } as never),
    );
    expect((errors[0] as SteepestError).code).toBe('ERR_UNKNOWN_NAME');
    expect(errors[0]!.message).toContain('read its rows into arrays on every rank');
    const held = await errorsOnRanks(2, (cluster) =>
      build().fit(x, y, { batchSize: 10, cluster, validationData: [{ x, y }] as never }),
    );
    expect((held[0] as SteepestError).code).toBe('ERR_ARGUMENT');
  });

  it('anything but a cluster', async () => {
    const given = build().fit(x, y, { cluster: fake as never });
    await expect(given).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(given).rejects.toThrow(/cluster to be what cluster\(\) of 'steepest\/cluster' resolves to/);
  });
});

it('layers that have no parameters of their own may be first', async () => {
  const model = (): Sequential =>
    sequential({
      layers: [layers.dropout({ rate: 0.5, inputShape: [7] }), layers.dense({ units: 1 })],
    }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const alone = model();
  await alone.fit(x, y, { ...COMMON });
  const bits = await onRanks(2, async (cluster) => {
    const own = model();
    await own.fit(x, y, { ...COMMON, cluster });
    return bitsOf(own);
  });
  expect(bits).toEqual([bitsOf(alone), bitsOf(alone)]);
});
