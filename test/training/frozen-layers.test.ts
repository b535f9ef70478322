import { layers, load, type Optimizer, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { resolveModel } from '#steepest/networks/compile/model.js';
import { optimizerNames } from '#steepest/networks/optimizers/index.js';
import { expectClose } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';
import { kernelChoices, native, nativeChoices, typescriptExact } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(29);
const ROWS = 21;
const IMAGE = [6, 5, 3] as const;
const images = { data: Float32Array.from(randomRows(ROWS, 90, next).flat()), shape: [ROWS, ...IMAGE] };
const labels = Array.from({ length: ROWS }, (_, i) => (i * 7) % 3);

/** Layers of every type that has parameters, whose moving moments are those of other data. */
function build(changes: Record<string, object> = {}, optimizer: Optimizer = 'adam'): Sequential {
  const list = [
    layers.conv2d({ name: 'conv', filters: 9, kernelSize: 3, padding: 'same', inputShape: IMAGE }),
    layers.batchNorm({ name: 'norm', momentum: 0.9 }),
    layers.activation({ activation: 'relu' }),
    layers.maxPool2d(),
    layers.conv2d({ name: 'conv2', filters: 8, kernelSize: 2, activation: 'tanh' }),
    layers.layerNorm({ name: 'layerNorm' }),
    layers.flatten({ name: 'flat' }),
    layers.dense({ name: 'dense', units: 11, activation: 'gelu' }),
    layers.dense({ name: 'head', units: 3, activation: 'softmax' }),
  ];
  const changed = list.map((layer) => ({ ...layer, ...changes[layer.name as string] }));
  const model = sequential({ seed: 3, layers: changed });
  const random = randomNumbers(8);
  const weights = model
    .getWeights()
    .map(({ data, shape }) => ({ data: data.map((v) => v + 0.3 * (1 + random())), shape }));
  model.setWeights(weights);
  return model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
}

const FROZEN = { trainable: false };
const fit = { epochs: 1, batchSize: 16, workers: 1 } as const;
const ARRAYS = { conv: 2, norm: 4, conv2: 2, layerNorm: 2, dense: 2, head: 2 };

/** Names of the layers all of whose arrays are the same in both models. */
function unchanged(before: Sequential, after: Sequential): string[] {
  const [a, b] = [before.getWeights(), after.getWeights()];
  const names = Object.entries(ARRAYS).flatMap(([name, count]) => new Array<string>(count).fill(name));
  const changed = new Set(names.filter((_, i) => a[i]!.data.some((v, j) => v !== b[i]!.data[j])));
  return Object.keys(ARRAYS).filter((name) => !changed.has(name));
}

describe.each(kernelChoices)('frozen layers, $title', ({ options }) => {
  it.each([
    ['the first ones', ['conv', 'norm']],
    ['one in the middle', ['conv2']],
    ['both normalisations', ['norm', 'layerNorm']],
    ['all but the first', ['norm', 'conv2', 'layerNorm', 'dense', 'head']],
    ['all but the last', ['conv', 'norm', 'conv2', 'layerNorm', 'dense']],
    ['none', []],
  ])('%s keep their parameters, and no others do', async (_, names) => {
    const model = build(Object.fromEntries(names.map((name) => [name, FROZEN])));
    await model.fit(images, labels, { ...options, ...fit });
    expect(unchanged(build(), model)).toEqual(names);
  });

  it('pass on the gradients that they pass on when they train', async () => {
    const all = await build().gradients(images, labels, options);
    const frozen = build({ conv2: FROZEN, layerNorm: FROZEN, head: FROZEN });
    const some = await frozen.gradients(images, labels, options);
    // Gradients of conv, norm, conv2, layerNorm, dense, head: two arrays each.
    expect(some).toEqual([...all.slice(0, 4), ...all.slice(8, 10)]);
  });

  it('leave a head that trains as it trains on what they compute', async () => {
    const base = [
      layers.batchNorm({ name: 'norm', inputShape: [7] }),
      layers.dense({ name: 'hidden', units: 20, activation: 'tanh' }),
    ];
    const head = { units: 2, activation: 'softmax' } as const;
    const whole = sequential({ seed: 1, layers: [...base, layers.dense(head)] });
    whole.setWeights(
      whole.getWeights().map(({ data, shape }) => ({ data: data.map((v) => v + 0.25), shape })),
    );
    whole.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    whole.configureLayers(['norm', 'hidden'], FROZEN);
    const rows = randomRows(60, 7, randomNumbers(4));
    const classes = rows.map(([a]) => (a! > 0 ? 1 : 0));

    const features = sequential({ layers: base });
    features.setWeights(whole.getWeights().slice(0, 6));
    const alone = sequential({ seed: 1, layers: [layers.dense({ ...head, inputShape: [20] })] });
    alone.setWeights(whole.getWeights().slice(6));
    alone.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const inputs = await features.predict(rows, options);

    const { history } = await whole.fit(rows, classes, { ...options, ...fit });
    const expected = await alone.fit(inputs, classes, { ...options, ...fit });
    expect(history).toEqual(expected.history);
    expect(whole.getWeights().slice(6)).toEqual(alone.getWeights());
  });
});

/** A batchNorm by moving moments is a factor and an offset per channel. */
describe.each(kernelChoices)('a frozen batchNorm, $title', ({ options }) => {
  const EPSILON = 1e-3;
  it.each([
    ['rows', [30], true],
    ['images', [3, 5, 2], true],
    ['images without gamma', [3, 5, 2], false],
  ] as const)('of %s has the gradients of factors and offsets', async (_, inputShape, scale) => {
    const isRows = inputShape.length === 1;
    const channels = 4;
    const before = isRows
      ? layers.dense({ units: channels, inputShape })
      : layers.conv2d({ filters: channels, kernelSize: [2, 3], inputShape });
    const rest = [layers.activation({ activation: 'tanh' }), layers.flatten(), layers.dense({ units: 1 })];
    const norm = layers.batchNorm({ trainable: false, epsilon: EPSILON, scale });
    const affine = isRows
      ? layers.dense({ units: channels })
      : layers.conv2d({ filters: channels, kernelSize: 1, groups: channels });
    const compile = { optimizer: 'sgd', loss: 'meanSquaredError' } as const;
    const model = sequential({ layers: [before, norm, ...rest] }).compile(compile);
    const random = randomNumbers(6);
    model.setWeights(
      model.getWeights().map(({ data, shape }) => ({ data: data.map(() => 1 + 0.6 * random()), shape })),
    );
    const weights = model.getWeights();
    const arrays = weights.slice(2, scale ? 6 : 5).map(({ data }) => data);
    const [gamma, beta, mean, variance] = scale ? arrays : [new Float32Array(channels).fill(1), ...arrays];
    const factor = Array.from(gamma!, (v, c) => v / Math.sqrt(variance![c]! + EPSILON));
    const offset = factor.map((f, c) => beta![c]! - mean![c]! * f);
    const kernel = isRows ? factor.flatMap((f, i) => factor.map((_, j) => (i === j ? f : 0))) : factor;
    const twin = sequential({ layers: [before, affine, ...rest] }).compile(compile);
    const shape = isRows ? [channels, channels] : [1, 1, 1, channels];
    const between = [
      { data: Float32Array.from(kernel), shape },
      { data: Float32Array.from(offset), shape: [channels] },
    ];
    twin.setWeights([...weights.slice(0, 2), ...between, ...weights.slice(-2)]);
    const rows = { data: Float32Array.from(randomRows(37, 30, random).flat()), shape: [37, ...inputShape] };
    const targets = randomRows(37, 1, random);
    const found = await model.gradients(rows, targets, options);
    const expected = await twin.gradients(rows, targets, options);
    expect(found).toHaveLength(4);
    found.forEach(({ data }, i) => {
      const { data: wanted } = expected[i < 2 ? i : i + 2]!;
      expectClose(data, Array.from(wanted), { ofLargest: 1e-5 });
    });
  });
});

describe('a model with frozen layers', () => {
  const names = ['conv', 'norm', 'dense'];
  const changes = Object.fromEntries(names.map((name) => [name, FROZEN]));

  it('has the same bits for any number of workers, on all kernels', async () => {
    const train = async (options: object, workers: number) => {
      const model = build({ ...changes, conv2: { learningRateScale: 0.3 } });
      await model.fit(images, labels, { ...fit, ...options, workers });
      return model.getWeights();
    };
    const reference = await train(native.options, 1);
    for (const workers of [2, 3, 7]) expect(await train(native.options, workers)).toEqual(reference);
    for (const { options, title } of [...nativeChoices, typescriptExact]) {
      expect(await train(options, 2), title).toEqual(reference);
    }
  });

  it('comes back from a file, and trains on with the same bits', async () => {
    const model = build({ ...changes, head: { learningRateScale: 2 } });
    await model.fit(images, labels, fit);
    await model.save(files.path('model'));
    const again = await load(files.path('model'), Sequential);
    expect(again.config).toEqual(model.config);
    await model.fit(images, labels, fit);
    await again.fit(images, labels, fit);
    expect(again.getWeights()).toEqual(model.getWeights());
  });

  it('lends its layers to a model with another head, as transfer learning does', async () => {
    const base = build();
    await base.fit(images, labels, fit);
    await base.save(files.path('base'));
    const loaded = await load(files.path('base'), Sequential);
    const kept = loaded.config.layers.slice(0, -1);
    const head = layers.dense({ name: 'other', units: 2 });
    const model = sequential({ seed: 6, layers: [...kept, head] });
    const [fresh, lent] = [model.getWeights().slice(-2), loaded.getWeights().slice(0, -2)];
    model.setWeights([...lent, ...fresh]);
    model.configureLayers(
      kept.map(({ name }) => name!),
      FROZEN,
    );
    model.compile({ optimizer: 'nadam', loss: 'meanSquaredError' });
    const targets = labels.map((label) => [label - 1, label === 2 ? 1 : 0]);
    const { history } = await model.fit(images, targets, { ...fit, epochs: 10 });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0]!);
    expect(model.getWeights().slice(0, -2)).toEqual(lent);
    expect(model.getWeights().slice(-2)).not.toEqual(fresh);
  });

  it('lets layers train again, with a new optimizer, and saves and loads in between', async () => {
    const model = build(changes);
    await model.fit(images, labels, fit);
    model.configureLayers(names, { trainable: true });
    const fresh = build();
    fresh.setWeights(model.getWeights());
    await fresh.fit(images, labels, { ...fit, shuffle: false });
    await model.save(files.path('between'));
    const again = await load(files.path('between'), Sequential);
    await again.fit(images, labels, { ...fit, shuffle: false });
    expect(again.getWeights()).toEqual(fresh.getWeights());
    await model.fit(images, labels, { ...fit, shuffle: false });
    expect(model.getWeights()).toEqual(fresh.getWeights());
  });

  it('computes nothing for what is below its first layer that trains', () => {
    const all = Object.fromEntries(['conv', 'norm', 'conv2', 'layerNorm', 'dense'].map((n) => [n, FROZEN]));
    const program = build(all).explain({ batchSize: 16 });
    expect(program).toContain('head/kernel');
    expect(program).not.toMatch(/\bdx\b|Backward|dense\/kernel|conv\/kernel/);
    expect(build().explain({ batchSize: 16 })).toMatch(/\bdx\b/);
  });

  it('has no penalties on frozen parameters, as in Keras', async () => {
    const penalised = { kernelRegularizer: { l1: 0, l2: 0.5 } };
    const loss = async (head: object) => (await build({ head }).evaluate(images, labels)).loss;
    expect(await loss({ ...penalised, ...FROZEN })).toBe(await loss({}));
    expect(await loss(penalised)).toBeGreaterThan((await loss({}))!);
  });

  it('shows what is frozen', () => {
    const model = build({ ...changes, conv2: { learningRateScale: 0.25 } });
    const lines = model.summary().split('\n');
    const lineOf = (name: string) => lines.find((line) => line.startsWith(`${name} `));
    expect(lineOf('conv')).toMatch(/conv2d \(linear\) frozen /);
    expect(lineOf('norm')).toMatch(/batchNorm frozen /);
    expect(lineOf('conv2')).toMatch(/conv2d \(tanh\) rate × 0\.25 /);
    expect(lineOf('head')).toMatch(/dense \(softmax\) {2}/);
  });

  it('is refused if nothing trains', async () => {
    const model = build().configureLayers(
      ['conv', 'norm', 'conv2', 'layerNorm', 'flat', 'dense', 'head'],
      FROZEN,
    );
    const weights = model.getWeights();
    await expect(model.fit(images, labels)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT', given: expect.stringContaining('frozen') }),
    );
    expect(model.getWeights()).toEqual(weights);
    expect(await model.gradients(images, labels)).toEqual([]);
  });
});

describe('learningRateScale', () => {
  it.each(optimizerNames)('%s: ¼ is a quarter of the learning rate', async (name) => {
    const optimizer = (rate: number): Optimizer => ({ name, learningRate: rate }) as Optimizer;
    const [rate, quarter] = [0.03125, { learningRateScale: 0.25 }];
    const scaled = build(
      { conv: quarter, conv2: quarter, norm: quarter, layerNorm: quarter, dense: quarter, head: quarter },
      optimizer(rate),
    );
    const plain = build({}, optimizer(rate / 4));
    const full = build({}, optimizer(rate));
    for (const model of [scaled, plain, full]) await model.fit(images, labels, { ...fit, epochs: 1 });
    expect(scaled.getWeights()).toEqual(plain.getWeights());
    expect(scaled.getWeights()).not.toEqual(full.getWeights());
  });
});

describe('every layer type', () => {
  const NEEDED: Readonly<Record<string, object>> = {
    dense: { units: 2 },
    dropout: { rate: 0.5 },
    activation: { activation: 'relu' },
    rescaling: { scale: 2 },
    randomTranslation: { heightFactor: 0.5, widthFactor: 0.5 },
    randomCrop: { height: 2, width: 2 },
    conv2d: { filters: 2, kernelSize: 1 },
    reshape: { targetShape: [36] },
  };
  const makers = Object.entries(layers) as unknown as [string, (options: object) => { type: 'dense' }][];

  it.each(makers)('%s can be frozen and scaled if it has parameters', (type, make) => {
    const inputShape = type === 'dense' ? [3] : [4, 3, 3];
    const parametersOf = (options: object) =>
      resolveModel({ seed: 0, layers: [make({ ...NEEDED[type], inputShape, ...options })] }).parameters;
    const usual = parametersOf({});
    if (usual.length === 0) {
      expect(() => make({ ...NEEDED[type], trainable: false })).toThrow(
        'Leave it out: the layer has no parameters',
      );
      return;
    }
    expect(usual.some(({ trainable }) => trainable)).toBe(true);
    const frozen = parametersOf(FROZEN);
    expect(frozen.map(({ name }) => name)).toEqual(usual.map(({ name }) => name));
    expect(frozen.filter(({ trainable }) => trainable)).toEqual([]);
    const scaled = parametersOf({ learningRateScale: 0.5 }).filter(({ trainable }) => trainable);
    expect(new Set(scaled.map(({ learningRateScale }) => learningRateScale))).toEqual(new Set([0.5]));
  });
});

describe('configureLayers', () => {
  it.each([
    ['an unknown layer', ['dens', FROZEN], /Did you mean 'dense'/],
    ['no options', ['dense', {}], /trainable, learningRateScale or both/],
    ['another option', ['dense', { trainables: false }], /Did you mean 'trainable'/],
    ['a learning rate', ['dense', { learningRate: 0.1 }], /compile/],
    ['names that are none', [7, FROZEN], /list/],
    ['a word for false', ['dense', { trainable: 'no' }], /true or false/],
    ['a scale of 0', ['dense', { learningRateScale: 0 }], /trainable: false/],
    ['a negative scale', ['dense', { learningRateScale: -1 }], /above 0/],
    ['a scale that float32 does not hold', ['dense', { learningRateScale: 1e39 }], /above 0/],
  ])('refuses %s and changes nothing', (_, [names, options], message) => {
    const model = build();
    const { config } = model;
    expect(() => model.configureLayers(names as string, options as object)).toThrow(message);
    expect(model.config).toEqual(config);
  });

  it('refuses a call while a fit runs', async () => {
    const model = build();
    const fitting = model.fit(images, labels, fit);
    expect(() => model.configureLayers('dense', FROZEN)).toThrow(
      expect.objectContaining({ code: 'ERR_BUSY' }),
    );
    await fitting;
  });

  it('keeps the optimizer if the same layers train, and resets it otherwise', async () => {
    const model = build();
    await model.fit(images, labels, fit);
    const trained = model.trainingState();
    model.configureLayers('dense', { learningRateScale: 0.5, trainable: true });
    expect(model.trainingState()).toEqual(trained);
    model.configureLayers('dense', FROZEN);
    expect(model.trainingState()).toEqual({
      ...trained,
      slots: new Map(),
      step: 0,
      rate: { fromStep: 0, epochs: 0 },
    });
  });

  it('leaves defaults out of the description', () => {
    const model = build();
    const { config } = model;
    model.configureLayers(['dense', 'flat'], { trainable: false, learningRateScale: 0.5 });
    expect(model.config.layers[7]).toMatchObject({ trainable: false, learningRateScale: 0.5 });
    expect(model.config.layers[6]).toEqual(config.layers[6]);
    model.configureLayers(['dense', 'flat'], { trainable: true, learningRateScale: 1 });
    expect(model.config).toEqual(config);
    expect(() => layers.flatten({ trainable: false } as object)).toThrow(/flatten to have only/);
  });
});
