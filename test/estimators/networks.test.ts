/** A network as an estimator: alone, and as the last step of pipelines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CalibratedClassifierCV,
  callbacks,
  columnTransformer,
  crossValidate,
  gridSearch,
  layers,
  load,
  type Matrix,
  MLPRegressor,
  NetworkClassifier,
  NetworkRegressor,
  OneHotEncoder,
  Pipeline,
  pipeline,
  Ridge,
  StandardScaler,
  sequential,
  shutdown,
  TransformedTargetRegressor,
} from '#steepest/index.js';

const ROWS = 60;
const wave = (i: number): number => Math.sin(i * 12.9898 + 1) * 3;
const X = Array.from({ length: ROWS }, (_, i) => [wave(3 * i) + 5, 40 * wave(3 * i + 1), wave(3 * i + 2)]);
const score = X.map(([a, b, c]) => a! - 5 + b! / 40 - c!);
const kinds = score.map((v) => (v > 1 ? 'up' : v > -1 ? 'flat' : 'down'));
/** In sorted order: down, flat, up. */
const numbers = kinds.map((kind) => ['down', 'flat', 'up'].indexOf(kind));
const flags = score.map((v) => v > 0);
const pairs = score.map((v, i) => [v, wave(i)]);

interface Head {
  units: number;
  activation?: 'linear' | 'sigmoid' | 'softmax';
  loss: Parameters<ReturnType<typeof sequential>['compile']>[0]['loss'];
}
const SOFTMAX: Head = { units: 3, activation: 'softmax', loss: 'sparseCategoricalCrossentropy' };
const VALUES: Head = { units: 1, loss: 'meanSquaredError' };

const network = ({ units, activation = 'linear', loss }: Head, seed = 5, inputs = 3) =>
  sequential({
    seed,
    layers: [
      layers.dense({ units: 6, activation: 'tanh', inputShape: [inputs] }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units, activation }),
    ],
  }).compile({
    optimizer: { name: 'adam', learningRate: 0.02 },
    loss,
    metrics: loss === 'meanSquaredError' ? ['mae'] : [],
  });

const HOW = { epochs: 4, batchSize: 16, workers: 1 } as const;
let scaled: Matrix<Float64Array>;
beforeAll(async () => {
  scaled = (await new StandardScaler().fitTransform(X)) as Matrix<Float64Array>;
});
afterAll(shutdown);

const weightsOf = (model: { getWeights(): Matrix<Float32Array>[] }): Float32Array[] =>
  model.getWeights().map(({ data }) => data);

/** The network trained by hand on the transformed rows. */
async function byHand(head: Head, y: unknown, options: object = {}, seed?: number) {
  const model = network(head, seed);
  const { history } = await model.fit(scaled, y as number[], { ...HOW, ...options });
  return { model, history, outputs: await model.predict(scaled, { workers: 1 }) };
}

describe('the last step of a pipeline', () => {
  it('trains as the network alone does on the transformed rows, for any number of workers', async () => {
    const expected = await byHand(SOFTMAX, numbers);
    const given = network(SOFTMAX);
    const before = weightsOf(given);
    for (const workers of [1, 2, 3]) {
      const pipe = pipeline(['scale', new StandardScaler()], ['model', given]);
      await pipe.setParams({ model: { epochs: 4, batchSize: 16, workers } }).fit(X, kinds);
      const last = pipe.last as NetworkClassifier;
      expect(last).toBeInstanceOf(NetworkClassifier);
      expect(weightsOf(last.trainedNetwork)).toEqual(weightsOf(expected.model));
      expect(last.history).toEqual(expected.history);
      const proba = (await pipe.predictProba(X)) as Matrix<Float64Array>;
      expect(proba.data).toEqual(Float64Array.from(expected.outputs.data));
      expect(proba.columnNames).toEqual(['down', 'flat', 'up']);
      expect(pipe.classes).toEqual(['down', 'flat', 'up']);
      const classes = (await expected.model.predictClasses(scaled)) as number[];
      const labels = classes.map((number) => ['down', 'flat', 'up'][number]);
      expect(await pipe.predict(X)).toEqual(labels);
      expect(pipe.predictSync(X)).toEqual(labels);
      expect(pipe.predictProbaSync(X[7]!).data).toEqual(proba.data.slice(21, 24));
      expect(await pipe.score(X, kinds)).toBe(labels.filter((l, i) => l === kinds[i]).length / ROWS);
    }
    expect(weightsOf(given)).toEqual(before);
  });

  it('gives values for a loss of values: a vector or columns', async () => {
    for (const [head, y] of [
      [VALUES, score],
      [{ ...VALUES, units: 2 }, pairs],
    ] as const) {
      const { outputs } = await byHand(head, y);
      const pipe = pipeline(new StandardScaler(), network(head)).setParams({ networkRegressor: HOW });
      await pipe.fit(X, y);
      expect(pipe.last).toBeInstanceOf(NetworkRegressor);
      const predicted = (await pipe.predict(X)) as unknown as Float64Array | Matrix<Float64Array>;
      expect('data' in predicted).toBe(head.units === 2);
      const data = 'data' in predicted ? predicted.data : predicted;
      expect(data).toEqual(Float64Array.from(outputs.data));
    }
  });

  it('takes tables through a columnTransformer, and knows the names', async () => {
    const rows = X.map(([a, b], i) => ({ a: a!, city: ['Rome', 'Oslo'][i % 2]!, b: b!, kind: kinds[i]! }));
    const prepare = () =>
      columnTransformer([
        ['n', new StandardScaler(), ['a', 'b']],
        ['c', new OneHotEncoder(), ['city']],
      ]);
    const pipe = pipeline(['prepare', prepare()], ['model', network(SOFTMAX, 5, 4)]);
    await pipe.setParams({ model: HOW }).fit(rows, 'kind');
    const names = ['n__a', 'n__b', 'c__city_Oslo', 'c__city_Rome'];
    expect((pipe.last as NetworkClassifier).featureNamesIn).toEqual(names);
    expect((pipe.last as NetworkClassifier).trainedNetwork.columns).toEqual(names);
    const table = await prepare().fitTransform(rows);
    const alone = network(SOFTMAX, 5, 4);
    await alone.fit(table as never, numbers, HOW);
    expect(weightsOf((pipe.last as NetworkClassifier).trainedNetwork)).toEqual(weightsOf(alone));
    const { a, city, b } = rows[3]!;
    const all = (await pipe.predict(rows)) as string[];
    expect(pipe.predictSync({ b, city, a })).toEqual([all[3]]);
    const wrong = pipeline(prepare(), network(SOFTMAX)).fit(rows, 'kind');
    await expect(wrong).rejects.toThrow(/3 columns.*inputShape \[3\].*4 columns.*n__a.*inputShape: \[4\]/);
  });

  it('changes nothing if the fit fails or is aborted', async () => {
    const pipe = pipeline(['scale', new StandardScaler()], ['model', network(VALUES)]);
    await pipe.setParams({ model: HOW }).fit(X, score);
    const before = await pipe.predict(X);
    const steps = [...pipe.steps];
    await expect(pipe.fit(X, pairs)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(pipe.fit(X, score, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(pipe.steps).toEqual(steps);
    expect(await pipe.predict(X)).toEqual(before);
  });

  it('takes callbacks, which other last steps refuse before any work', async () => {
    const seen: number[] = [];
    const watch = { onEpochEnd: ({ epoch }: { epoch: number }) => void seen.push(epoch) };
    const pipe = pipeline(['scale', new StandardScaler()], ['model', network(VALUES)]);
    pipe.setParams({ model: { ...HOW, validationSplit: 0.25, epochs: 50 } });
    const early = callbacks.earlyStopping({ patience: 1, monitor: 'valLoss' });
    await pipe.fit(X, score, { callbacks: [watch, early] });
    const all = score.slice(0, ROWS);
    const expected = await byHand(VALUES, all, { epochs: 50, validationSplit: 0.25, callbacks: early });
    expect((pipe.last as NetworkRegressor).history).toEqual(expected.history);
    expect(seen).toEqual(expected.history.loss.map((_, i) => i));
    const refused = pipeline(new StandardScaler(), new Ridge()).fit(X, score, { callbacks: watch });
    await expect(refused).rejects.toThrow(/callbacks.*ends with Ridge/);
    seen.length = 0;
    const mlp = pipeline(new StandardScaler(), new MLPRegressor({ maxIter: 2, workers: 1 }));
    await mlp.fit(X, score, { callbacks: watch });
    expect(seen).toEqual([0, 1]);
  });

  it('goes on from checkpoints, inside a pipeline and around the target too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-network-steps-'));
    const make = () => {
      const regressor = new NetworkRegressor(network(VALUES), { ...HOW, epochs: 6 });
      const last = new TransformedTargetRegressor({ regressor, transformer: new StandardScaler() });
      return pipeline(['scale', new StandardScaler()], ['model', last]);
    };
    const stop = new AbortController();
    const reports: number[] = [];
    const options = {
      resume: { folder, everyEpochs: 1 },
      progress: ({ epoch }: { epoch: number }) => reports.push(epoch),
    };
    const ended = make().fit(X, score, {
      ...options,
      callbacks: { onEpochEnd: ({ epoch }) => void (epoch === 2 && stop.abort()) },
      signal: stop.signal,
    });
    await expect(ended).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(reports).toContain(2);
    reports.length = 0;
    const resumed = await make().fit(X, score, { ...options, callbacks: { onEpochEnd: () => undefined } });
    expect(Math.min(...reports)).toBeGreaterThanOrEqual(2);
    const whole = await make().fit(X, score, { callbacks: { onEpochEnd: () => undefined } });
    expect(resumed.toBytes()).toEqual(whole.toBytes());
    rmSync(folder, { recursive: true });
    for (const option of [{ resume: folder }, { progress: false }]) {
      const name = Object.keys(option)[0]!;
      const other = pipeline(new StandardScaler(), new MLPRegressor()).fit(X, score, option);
      await expect(other).rejects.toThrow(
        `${name} for a network, given a pipeline that ends with MLPRegressor`,
      );
      const target = new TransformedTargetRegressor({ regressor: new Ridge() }).fit(X, score, option);
      await expect(target).rejects.toThrow(`${name} for a network, given Ridge`);
    }
    const wrong = make().fit(X, score, { progress: 'yes' as never });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('travels through a file with the trained and the untrained network', async () => {
    const pipe = pipeline(['scale', new StandardScaler()], ['model', network(SOFTMAX)]);
    pipe.setParams({ model: HOW });
    const unfitted = await load(pipe.toBytes(), Pipeline);
    await pipe.fit(X, kinds);
    const loaded = await load(pipe.toBytes(), Pipeline);
    expect(loaded.toBytes()).toEqual(pipe.toBytes());
    const proba = pipe.predictProbaSync(X);
    expect(loaded.predictProbaSync(X)).toEqual(proba);
    const again = [loaded, unfitted, pipe.clone(), loaded.clone()];
    for (const one of again) expect((await one.fit(X, kinds)).predictProbaSync(X)).toEqual(proba);
    pipe.setParams({ model__epochs: 9 });
    expect(pipe.predictProbaSync(X)).toEqual(proba);
    expect(pipe.getParams().model__epochs).toBe(9);
  });
});

describe('NetworkClassifier', () => {
  const LOSSES: [string, Head, unknown[], unknown][] = [
    [
      'one sigmoid',
      { units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy' },
      flags,
      flags.map(Number),
    ],
    [
      'one logit',
      { units: 1, loss: { name: 'binaryCrossentropy', fromLogits: true } },
      flags,
      flags.map(Number),
    ],
    [
      'columns',
      { ...SOFTMAX, loss: 'categoricalCrossentropy' },
      kinds,
      numbers.map((number) => [0, 1, 2].map((k) => Number(k === number))),
    ],
    [
      'logits',
      { units: 3, loss: { name: 'sparseCategoricalCrossentropy', fromLogits: true } },
      kinds,
      numbers,
    ],
  ];

  it.each(LOSSES)('takes %s', async (_, head, labels, y) => {
    const { model } = await byHand(head, y);
    const classifier = await new NetworkClassifier(network(head), HOW).fit(scaled, labels as string[]);
    expect(weightsOf(classifier.trainedNetwork)).toEqual(weightsOf(model));
    const { classes } = classifier;
    expect(classes).toEqual([...new Set(labels)].sort());
    const proba = await classifier.predictProba(scaled);
    const top = await model.predictTop(scaled, classes.length);
    top.forEach((row, i) => {
      for (const { class: k, probability } of row) {
        expect(proba.data[i * classes.length + (k as number)]).toBe(probability);
      }
    });
    const best = (await model.predictClasses(scaled)) as number[];
    expect(await classifier.predict(scaled)).toEqual(best.map((k) => classes[k]));
  });

  it('has no probabilities for scores', async () => {
    const hinge = new NetworkClassifier(network({ units: 1, loss: 'hinge' }), HOW);
    await hinge.fit(scaled, flags);
    expect(await hinge.score(scaled, flags)).toBeGreaterThan(0.5);
    await expect(hinge.predictProba(scaled)).rejects.toThrow(/scores/);
    expect(() => hinge.predictProbaSync(scaled)).toThrow(/predictProbaSync.*scores/);
  });

  it('weighs rows and classes as fit of the network does', async () => {
    const sampleWeight = score.map((_, i) => (i % 3) + 0.5);
    const { model } = await byHand(SOFTMAX, numbers, { sampleWeight, classWeight: { 1: 3 } });
    const classifier = new NetworkClassifier(network(SOFTMAX), { ...HOW, classWeight: { flat: 3 } });
    await classifier.fit(scaled, kinds, { sampleWeight });
    expect(weightsOf(classifier.trainedNetwork)).toEqual(weightsOf(model));
  });

  it('goes on from the network as it is, or begins with the parameters of a seed', async () => {
    const given = network(SOFTMAX);
    await given.fit(scaled, numbers, HOW);
    const classifier = await new NetworkClassifier(given, HOW).fit(scaled, kinds);
    await given.fit(scaled, numbers, HOW);
    expect(weightsOf(classifier.trainedNetwork)).toEqual(weightsOf(given));
    await classifier.setParams({ seed: 11 }).fit(scaled, kinds);
    const seeded = await byHand(SOFTMAX, numbers, {}, 11);
    expect(weightsOf(classifier.trainedNetwork)).toEqual(weightsOf(seeded.model));
    await classifier.trainedNetwork.fit(scaled, numbers, HOW);
    expect(weightsOf(classifier.trainedNetwork)).toEqual(weightsOf(seeded.model));
  });
});

it('reads tables by the names that the network has', async () => {
  const { config, compileConfig } = network(VALUES);
  const named = sequential({ ...config, columns: ['a', 'b', 'c'] }).compile(compileConfig!);
  const rows = X.map(([a, b, c]) => ({ c: c!, spare: 'x', a: a!, b: b! }));
  const regressor = await new NetworkRegressor(named, HOW).fit(rows, score);
  await named.fit(X, score, HOW);
  expect(weightsOf(regressor.trainedNetwork)).toEqual(weightsOf(named));
  expect(regressor.featureNamesIn).toEqual(['a', 'b', 'c']);
  expect(regressor.predictSync(rows[5]!)).toEqual(regressor.predictSync(X[5]!));
  const renamed = X.map(([a, b, c]) => ({ a: a!, bb: b!, c: c! }));
  await expect(regressor.fit(renamed, score)).rejects.toThrow(/'b'.*'bb'/);
});

it('is printed with its hyperparameters, and listed as JSON with its layers', () => {
  const pipe = pipeline(['scale', new StandardScaler()], ['model', network(VALUES)]);
  pipe.setParams({ model__epochs: 3 });
  expect(String(pipe.last)).toBe(
    'NetworkRegressor({ network: sequential({ layers: [dense_1, dropout_1, dense_2] }), epochs: 3 })',
  );
  expect(String(pipe)).toContain('layers: [dense_1, dropout_1, dense_2]');
  const { params } = JSON.parse(JSON.stringify(pipe.last)) as { params: { network: object; epochs: number } };
  expect(params.network).toEqual(JSON.parse(JSON.stringify(network(VALUES).config)));
  expect(params.epochs).toBe(3);
});

describe('what cannot be learned is refused before any work', () => {
  const classifier = (head: Head) => new NetworkClassifier(network(head), HOW);
  it.each([
    [() => classifier(VALUES).fit(X, kinds), 'ERR_ARGUMENT', /loss of classes.*meanSquaredError/],
    [
      () => classifier({ units: 3, activation: 'sigmoid', loss: 'binaryCrossentropy' }).fit(X, kinds),
      'ERR_ARGUMENT',
      /3 outputs, each on its own/,
    ],
    [() => classifier(SOFTMAX).fit(X, flags), 'ERR_SHAPE', /3 classes.*given 2: false, true.*units: 2/],
    [
      () =>
        classifier({ ...SOFTMAX, units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy' }).fit(X, kinds),
      'ERR_SHAPE',
      /one output.*units: 3/,
    ],
    [() => new NetworkRegressor(network(SOFTMAX)).fit(X, score), 'ERR_ARGUMENT', /loss of values/],
    [() => new NetworkRegressor(network(VALUES)).fit(X, pairs), 'ERR_SHAPE', /units: 2/],
    [() => new NetworkRegressor().fit(X, score), 'ERR_ARGUMENT', /a network for NetworkRegressor.fit/],
    [() => new NetworkRegressor({ epochs: 0 }), 'ERR_ARGUMENT', /epochs/],
    [() => new NetworkRegressor({ maxIter: 3 } as object), 'ERR_UNKNOWN_NAME', /epochs/],
    [() => new NetworkRegressor(network(VALUES), { seed: 2 ** 32 }), 'ERR_ARGUMENT', /seed/],
    [() => new NetworkRegressor('network' as never), 'ERR_ARGUMENT', /network/],
    [
      () => new NetworkRegressor(network(VALUES), { network: network(VALUES) } as object),
      'ERR_ARGUMENT',
      /one network.*one as the first argument and one in the parameters/,
    ],
    [
      () => new NetworkClassifier({ epochs: 2 } as never, { network: network(SOFTMAX) } as object),
      'ERR_ARGUMENT',
      /one object of parameters/,
    ],
    [() => new NetworkRegressor(sequential(network(VALUES).config)), 'ERR_NOT_COMPILED', /compile/],
    [() => pipeline(new StandardScaler(), sequential(network(VALUES).config)), 'ERR_NOT_COMPILED', /compile/],
    [() => pipeline(network(VALUES), new StandardScaler()).fit(X, score), 'ERR_ARGUMENT', /fitTransform/],
    [
      () => crossValidate(network(VALUES) as never, X, score),
      'ERR_ARGUMENT',
      /new NetworkRegressor\(network/,
    ],
  ])('%s', async (run, code, message) => {
    const error = await (async () => run())().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('names of classes that are not those of y', async () => {
    const named = (classes: string[]) => {
      const { config, compileConfig } = network(SOFTMAX);
      return new NetworkClassifier(sequential({ ...config, classes }).compile(compileConfig!), HOW);
    };
    await named(['down', 'flat', 'up']).fit(X, kinds);
    await expect(named(['up', 'flat', 'down']).fit(X, kinds)).rejects.toMatchObject({
      code: 'ERR_LABEL_RANGE',
    });
  });
});

describe('networks in other estimators', () => {
  it('are searched and cross-validated with the bits of fits by hand', async () => {
    const [small, large] = [network(SOFTMAX), network(SOFTMAX, 6)];
    const pipe = pipeline(['scale', new StandardScaler()], ['model', small]).setParams({ model: HOW });
    const search = gridSearch(pipe, { model__network: [small, large], model__epochs: [1, 4] }, { cv: 3 });
    await search.fit(X, kinds);
    const epochs = search.bestParams.model__epochs as number;
    const best = pipeline(['scale', new StandardScaler()], ['model', small]);
    best.setParams({ model: { ...HOW, epochs, network: search.bestParams.model__network } });
    expect(search.predictSync(X)).toEqual((await best.fit(X, kinds)).predictSync(X));
    const { test } = await crossValidate(new NetworkClassifier(small, HOW), X, kinds, { cv: 3 });
    expect(test.score).toHaveLength(3);
  });

  it('are calibrated, and learn transformed targets', async () => {
    const calibrated = new CalibratedClassifierCV({ estimator: network(SOFTMAX), cv: 3 });
    await calibrated.setParams({ estimator__epochs: 3, estimator__workers: 1 }).fit(X, kinds);
    expect((await calibrated.predictProba(X)).shape).toEqual([ROWS, 3]);
    const target = new TransformedTargetRegressor({ regressor: network(VALUES), func: 'cbrt' });
    target.setParams({ regressor__epochs: 4, regressor__batchSize: 16, regressor__workers: 1 });
    await target.fit(scaled, score);
    const { outputs } = await byHand(VALUES, score.map(Math.cbrt));
    const predicted = (await target.predict(scaled)) as Float64Array;
    predicted.forEach((v, i) => {
      expect(v).toBeCloseTo(outputs.data[i]! ** 3, 5);
    });
  });

  it('read images from rows of their pixels', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 2, activation: 'relu', inputShape: [2, 3, 1] }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
    }).compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const images = X.map((row) => [...row, ...row]);
    const regressor = await new NetworkRegressor(model, HOW).fit(images, score);
    await model.fit(images, score, HOW);
    expect(await regressor.predict(images)).toEqual(Float64Array.from((await model.predict(images)).data));
  });
});
