import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AnyModel,
  crossValidate,
  data,
  LabelEncoder,
  type LabelInput,
  LinearRegression,
  type LoadedEstimator,
  LogisticRegression,
  layers,
  load,
  loadEstimator,
  metrics,
  Pipeline,
  pipeline,
  Sequential,
  StandardScaler,
  StratifiedKFold,
  sequential,
  trainTestSplit,
} from 'steepest';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'steepest-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

const x = [[0], [1], [2], [3]];
const path = (name: string): string => join(folder, name);

describe('loadEstimator', () => {
  it('gives something that predicts', async () => {
    await (await new LinearRegression().fit(x, [1, 3, 5, 7])).save(path('line'));
    const line = await loadEstimator(path('line'));
    expectTypeOf(line).toEqualTypeOf<LoadedEstimator>();
    const predicted: ArrayLike<unknown> | { data: Float64Array } = await line.predict([[10]]);
    expect((predicted as Float64Array)[0]).toBeCloseTo(21, 9);
    expect(await line.score(x, [1, 3, 5, 7])).toBeCloseTo(1, 12);
  });

  it('gives an instance of the class that is asked for', async () => {
    const { predictProba } = await new LogisticRegression()
      .fit(x, ['a', 'a', 'b', 'b'])
      .then(async (model) => {
        await model.save(path('classes'));
        return { predictProba: await model.predictProba(x) };
      });
    const again = await loadEstimator(path('classes'), LogisticRegression);
    expectTypeOf(again).toEqualTypeOf<LogisticRegression>();
    expect(again).toBeInstanceOf(LogisticRegression);
    expect(again.classes).toEqual(['a', 'b']);
    expect(await again.predictProba(x)).toEqual(predictProba);

    const chain = pipeline(new StandardScaler(), new LinearRegression());
    await (await chain.fit(x, [0, 1, 2, 3])).save(path('chain'));
    expect(await (await loadEstimator(path('chain'), Pipeline)).predict(x)).toEqual(await chain.predict(x));
  });

  it('refuses a file of another class, and what is no class', async () => {
    await (await new StandardScaler().fit(x)).save(path('scaler'));
    await expect(loadEstimator(path('scaler'), LinearRegression)).rejects.toMatchObject({
      code: 'ERR_MODEL_FILE',
      expected: 'a saved LinearRegression',
      given: 'a saved StandardScaler',
    });
    for (const no of ['StandardScaler', null, Map, () => undefined, new StandardScaler()]) {
      await expect(loadEstimator(path('scaler'), no as never)).rejects.toMatchObject({
        code: 'ERR_ARGUMENT',
        expected: 'Class to be a class of estimators',
      });
    }
    expect((await loadEstimator(path('scaler'), StandardScaler)).mean).toEqual(Float64Array.of(1.5));
    await expect(loadEstimator(path('scaler'), { mean: 1 } as never)).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_NAME',
    });
  });
});

describe('load', () => {
  const network = sequential({ layers: [layers.dense({ units: 2, inputShape: [1] })], seed: 3 });
  network.compile({ loss: 'mse', optimizer: 'sgd' });

  it('reads networks and estimators, told apart by type and class', async () => {
    const chain = await pipeline(new StandardScaler(), new LogisticRegression()).fit(x, ['a', 'a', 'b', 'b']);
    const models: AnyModel[] = [await load(network.toBytes()), await load(chain.toBytes())];
    const [first, second] = models as [AnyModel, AnyModel];
    expect(models.map(({ type }) => type)).toEqual(['Sequential', 'Pipeline']);
    expectTypeOf(first).toEqualTypeOf<AnyModel>();
    if (first.type !== 'Sequential') throw new Error('not a network');
    expectTypeOf(first).toEqualTypeOf<Sequential>();
    expect(first.getWeights()).toEqual(network.getWeights());
    expect(first.compileConfig).toEqual(network.compileConfig);
    if (second.type === 'Sequential') throw new Error('no estimator');
    expectTypeOf(second).toExtend<LoadedEstimator>();
    expect(second).toBeInstanceOf(Pipeline);
    expect(await second.predict(x)).toEqual(await chain.predict(x));
  });

  it('gives what is asked for, and refuses anything else', async () => {
    const line = await new LinearRegression().fit(x, [1, 3, 5, 7]);
    const bytes = line.toBytes();
    const again = await load(bytes, LinearRegression, { limits: { bytes: bytes.length } });
    expectTypeOf(again).toEqualTypeOf<LinearRegression>();
    expect(again.coef).toEqual(line.coef);
    const model = await load(network.toBytes(), Sequential);
    expectTypeOf(model).toEqualTypeOf<Sequential>();
    const refused = (given: string) => expect.objectContaining({ code: 'ERR_MODEL_FILE', given });
    await expect(load(bytes, StandardScaler)).rejects.toEqual(refused('a saved LinearRegression'));
    await expect(load(bytes, Sequential)).rejects.toEqual(refused('an estimator (steepest-estimator)'));
    await expect(load(network.toBytes(), StandardScaler)).rejects.toEqual(
      refused('a network (steepest-sequential)'),
    );
    await expect(load(bytes, { limits: { bytes: 1 } })).rejects.toMatchObject({ code: 'ERR_DATA_LIMIT' });
    for (const no of [Map, () => undefined, class {}]) {
      await expect(load(bytes, no as never)).rejects.toMatchObject({
        code: 'ERR_ARGUMENT',
        expected: 'Class to be Sequential or a class of estimators',
      });
    }
    await expect(load(bytes, 'StandardScaler' as never, {})).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(load(bytes, { limit: 1 } as never)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_NAME' });
  });

  it('reads the bytes that save writes, in whatever holds them', async () => {
    const scaler = await new StandardScaler().fit(x);
    for (const model of [network, scaler]) {
      const bytes = model.toBytes();
      await model.save(path('same'));
      expect(Buffer.from(bytes).equals(readFileSync(path('same')))).toBe(true);
      for (const source of [bytes, Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer)]) {
        expect((await load(source as Uint8Array)).toBytes()).toEqual(bytes);
      }
    }
  });

  it('says what to do with a web address', async () => {
    for (const source of ['https://example.org/model', new URL('http://example.org/model')]) {
      await expect(load(source)).rejects.toMatchObject({
        code: 'ERR_ARGUMENT',
        hint: expect.stringContaining('Download'),
      });
    }
  });
});

describe('a text column of a table', () => {
  const city = (cells: (string | null)[]): data.Column => new data.DataTable({ city: cells }).column('city');
  const y = city(['Bonn', 'Bonn', 'Köln', 'Köln']);
  const uses: Record<string, (labels: data.Column) => unknown> = {
    fit: async (labels) => (await new LogisticRegression().fit(x, labels)).predict(x),
    stratify: (labels) => trainTestSplit(x, labels, { stratify: labels, testSize: 0.5 }),
    StratifiedKFold: (labels) => [...new StratifiedKFold({ nSplits: 2 }).split(4, labels)],
    crossValidate: (labels) => crossValidate(new LogisticRegression(), x, labels, { cv: 2 }),
    LabelEncoder: async (labels) => (await new LabelEncoder().fit(labels)).transform(labels),
    accuracyScore: (labels) => metrics.accuracyScore(labels, labels),
    f1Score: (labels) => metrics.f1Score(labels, labels, { posLabel: 'Köln' }),
    confusionMatrix: (labels) => metrics.confusionMatrix(labels, labels),
    rocAucScore: (labels) => metrics.rocAucScore(labels, [0.1, 0.2, 0.8, 0.9]),
  };

  it.each(Object.entries(uses))('is labels of %s', async (_, use) => {
    expectTypeOf<data.Column>().toExtend<LabelInput>();
    await expect(Promise.resolve(use(y))).resolves.toBeDefined();
  });

  it.each(Object.entries(uses))('with a missing value is refused by %s, with the row', async (_, use) => {
    const attempt = async (): Promise<unknown> => use(city(['Bonn', 'Bonn', null, 'Köln']));
    await expect(attempt()).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      given: expect.stringMatching(/null.* row 2/),
    });
  });
});
